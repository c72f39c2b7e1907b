// SPDX-License-Identifier: AGPL-3.0-or-later

// Reader reads a board with the Go module database's libraries, which know nothing of us: it verifies notes,
// checkpoints, tiles, entries and proofs. Only formats that C2SP has and these libraries lack are spelt out here:
// the lines of a checkpoint, the paths of tiles, bundles of entries, cosignatures and proof files.
//
// Usage:
//
//	reader note KEY...                < NOTE      name of every key whose signature verified
//	reader board FOLDER KEY                       size and root, once every tile and entry agrees with them
//	reader consistency FOLDER KEY OLD             size of the checkpoint in file OLD, if the board extends it
//	reader proof ENTRY KEY...         < PROOF     index of the entry, if the proof ties it to its checkpoint
//
// It ends with 1 and a message if anything does not verify.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	tileHeight      = 8
	bundleWidth     = 1 << tileHeight
	cosignatureType = 4
)

func main() {
	if len(os.Args) < 3 {
		fail(errors.New("too few arguments"))
	}
	commands := map[string]func([]string) error{
		"note": readNote, "board": readBoard, "consistency": readConsistency, "proof": readProof,
	}
	command, known := commands[os.Args[1]]
	if !known {
		fail(errors.New("unknown command"))
	}
	if err := command(os.Args[2:]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// A witness verifies timestamped cosignatures (C2SP tlog-cosignature).
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }

func (w witness) Verify(message, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	cosigned := fmt.Sprintf("cosignature/v1\ntime %d\n%s", time, message)
	return ed25519.Verify(w.key, []byte(cosigned), signature[8:])
}

func verifier(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, errors.New("malformed key")
	}
	data, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(data) == 0 || data[0] != cosignatureType {
		return note.NewVerifier(text)
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), data...))
	hash := binary.BigEndian.Uint32(sum[:])
	if fmt.Sprintf("%08x", hash) != parts[1] || len(data) != 1+ed25519.PublicKeySize {
		return nil, errors.New("malformed key of a witness")
	}
	return witness{parts[0], hash, data[1:]}, nil
}

func openNote(data []byte, keys []string) (*note.Note, error) {
	var known []note.Verifier
	for _, key := range keys {
		one, err := verifier(key)
		if err != nil {
			return nil, err
		}
		known = append(known, one)
	}
	return note.Open(data, note.VerifierList(known...))
}

func readNote(keys []string) error {
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	opened, err := openNote(data, keys)
	if err != nil {
		return err
	}
	for _, signature := range opened.Sigs {
		fmt.Println(signature.Name)
	}
	return nil
}

// openCheckpoint returns the tree of a checkpoint signed by one key at least, that of its origin among them.
func openCheckpoint(data []byte, keys []string) (tlog.Tree, error) {
	opened, err := openNote(data, keys)
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return tlog.Tree{}, errors.New("malformed checkpoint")
	}
	signed := false
	for _, signature := range opened.Sigs {
		signed = signed || signature.Name == lines[0]
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || !signed {
		return tlog.Tree{}, errors.New("checkpoint without a size, or not signed by its origin")
	}
	root, err := tlog.ParseHash(lines[2])
	return tlog.Tree{N: size, Hash: root}, err
}

// A folder holds a board as static files.
type folder string

func (f folder) read(path string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), filepath.FromSlash(path)))
}

func (f folder) Height() int                         { return tileHeight }
func (f folder) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

// readTile reads the full tile where a partial one is gone: a log that has grown may have replaced it. It returns
// the width of what it has read.
func (f folder) readTile(tile tlog.Tile, old, new string) ([]byte, int, error) {
	data, err := f.read(strings.Replace(tile.Path(), old, new, 1))
	if errors.Is(err, os.ErrNotExist) && tile.W < 1<<tileHeight {
		tile.W = 1 << tileHeight
		data, err = f.read(strings.Replace(tile.Path(), old, new, 1))
	}
	return data, tile.W, err
}

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		data, width, err := f.readTile(tile, "tile/8/", "tile/")
		if err != nil {
			return nil, err
		}
		if len(data) != width*tlog.HashSize {
			return nil, errors.New("tile of another length")
		}
		all = append(all, data[:tile.W*tlog.HashSize])
	}
	return all, nil
}

func (f folder) entries(size int64) ([][]byte, error) {
	var all [][]byte
	for start := int64(0); start < size; start += bundleWidth {
		width := int(bundleWidth)
		if size-start < bundleWidth {
			width = int(size - start)
		}
		tile := tlog.Tile{H: tileHeight, L: -1, N: start / bundleWidth, W: width}
		data, found, err := f.readTile(tile, "tile/8/data/", "tile/entries/")
		if err != nil {
			return nil, err
		}
		for read := 0; read < width; read++ {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				return nil, errors.New("bundle of entries cut short")
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			all = append(all, data[2:end])
			data = data[end:]
		}
		if found == width && len(data) != 0 {
			return nil, errors.New("bundle of entries too long")
		}
	}
	return all, nil
}

func (f folder) tree(keys []string) (tlog.Tree, error) {
	data, err := f.read("checkpoint")
	if err != nil {
		return tlog.Tree{}, err
	}
	return openCheckpoint(data, keys)
}

func readBoard(arguments []string) error {
	board := folder(arguments[0])
	tree, err := board.tree(arguments[1:])
	if err != nil {
		return err
	}
	entries, err := board.entries(tree.N)
	if err != nil {
		return err
	}
	hashes := tlog.TileHashReader(tree, board)
	for index, entry := range entries {
		leaf := tlog.RecordHash(entry)
		found, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, int64(index))})
		if err != nil {
			return err
		}
		if found[0] != leaf {
			return fmt.Errorf("entry %d is not the one in its tile", index)
		}
		proof, err := tlog.ProveRecord(tree.N, int64(index), hashes)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), leaf); err != nil {
			return err
		}
	}
	fmt.Println(tree.N, tree.Hash)
	return nil
}

func readConsistency(arguments []string) error {
	board, key := folder(arguments[0]), arguments[1:2]
	tree, err := board.tree(key)
	if err != nil {
		return err
	}
	data, err := os.ReadFile(arguments[2])
	if err != nil {
		return err
	}
	old, err := openCheckpoint(data, key)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, board))
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		return err
	}
	fmt.Println(old.N)
	return nil
}

func readProof(arguments []string) error {
	entry, err := os.ReadFile(arguments[0])
	if err != nil {
		return err
	}
	data, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	end := bytes.Index(data, []byte("\n\n"))
	if end < 0 {
		return errors.New("no checkpoint in the proof")
	}
	tree, err := openCheckpoint(data[end+2:], arguments[1:])
	if err != nil {
		return err
	}
	lines := strings.Split(string(data[:end]), "\n")
	if len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "index ") {
		return errors.New("malformed proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Println(index)
	return nil
}
