package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// height is that of tiles in tlog-tiles: 256 hashes.
const height = 8

// A log is a folder with a case's changes.
type log struct {
	disk    disk
	folder  string
	changes []string
}

// A signed is a checkpoint whose signature is good.
type signed struct {
	tlog.Tree
	origin string
}

// check looks at signature, chain, tree and tiles.
func (l *log) check() error {
	checkpoint, err := l.checkpoint()
	if err != nil {
		return err
	}
	entries, err := l.entries(checkpoint.N)
	if err != nil {
		return err
	}
	if err := chain(checkpoint.origin, entries); err != nil {
		return err
	}
	t := &tree{}
	for _, entry := range entries {
		if err := t.push(entry); err != nil {
			return err
		}
	}
	root, err := tlog.TreeHash(checkpoint.N, t)
	if err != nil {
		return err
	}
	if root != checkpoint.Hash {
		return fmt.Errorf("the entries' root is %v, the checkpoint's is %v", root, checkpoint.Hash)
	}
	return l.checkTiles(checkpoint.Tree, t)
}

// checkpoint opens the note with the key that the reader holds.
func (l *log) checkpoint() (*signed, error) {
	vkey, err := l.disk.read(l.folder + "/vkey")
	if err != nil {
		return nil, err
	}
	key, err := note.NewVerifier(strings.TrimSpace(string(vkey)))
	if err != nil {
		return nil, err
	}
	message, err := l.read("checkpoint")
	if err != nil {
		return nil, err
	}
	opened, err := note.Open(message, note.VerifierList(key))
	if err != nil {
		return nil, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != key.Name() {
		return nil, fmt.Errorf("not a checkpoint of %s", key.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return nil, err
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return nil, err
	}
	return &signed{tlog.Tree{N: size, Hash: root}, lines[0]}, nil
}

// entries reads all bundles of a log of this size.
func (l *log) entries(size int64) ([][]byte, error) {
	var entries [][]byte
	for n := int64(0); n*256 < size; n++ {
		width := size - n*256
		if width > 256 {
			width = 256
		}
		name := path(tlog.Tile{H: height, L: -1, N: n, W: int(width)})
		rest, err := l.read(name)
		if err != nil {
			return nil, err
		}
		for ; len(rest) > 0; width-- {
			if len(rest) < 2 || len(rest)-2 < int(binary.BigEndian.Uint16(rest)) {
				return nil, fmt.Errorf("%s ends within an entry", name)
			}
			length := int(binary.BigEndian.Uint16(rest))
			entries = append(entries, rest[2:2+length])
			rest = rest[2+length:]
		}
		if width != 0 {
			return nil, fmt.Errorf("%s has %d entries too few", name, width)
		}
	}
	return entries, nil
}

// chain checks that each entry names the leaf hash of the one before, and its own place.
func chain(origin string, entries [][]byte) error {
	prev := tlog.Hash(sha256.Sum256([]byte(origin)))
	for seq, text := range entries {
		var entry struct {
			V    int             `json:"v"`
			Prev string          `json:"prev"`
			Seq  int             `json:"seq"`
			Body json.RawMessage `json:"body"`
		}
		if err := json.Unmarshal(text, &entry); err != nil {
			return fmt.Errorf("entry %d: %w", seq, err)
		}
		if entry.V != 1 || entry.Seq != seq {
			return fmt.Errorf("entry %d says v %d, seq %d", seq, entry.V, entry.Seq)
		}
		if entry.Prev != base64.StdEncoding.EncodeToString(prev[:]) {
			return fmt.Errorf("entry %d follows %s, before it stands %v", seq, entry.Prev, prev)
		}
		prev = tlog.RecordHash(text)
	}
	return nil
}

// checkTiles reads every leaf hash through the tiles, which tlog authenticates up to the root.
func (l *log) checkTiles(root tlog.Tree, t *tree) error {
	indexes := make([]int64, root.N)
	for n := range indexes {
		indexes[n] = tlog.StoredHashIndex(0, int64(n))
	}
	leaves, err := tlog.TileHashReader(root, tiles{l}).ReadHashes(indexes)
	if err != nil {
		return err
	}
	expected, err := t.ReadHashes(indexes)
	if err != nil {
		return err
	}
	for n := range leaves {
		if leaves[n] != expected[n] {
			return fmt.Errorf("the tiles have another leaf hash %d", n)
		}
	}
	return nil
}

// tiles are a log's hash tiles as tlog reads them.
type tiles struct{ *log }

func (t tiles) Height() int { return height }

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range wanted {
		bytes, err := t.read(path(tile))
		if err != nil {
			return nil, err
		}
		data = append(data, bytes)
	}
	return data, nil
}

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

// path is tlog's name for a tile, without the height that tlog-tiles leaves out, and with its word for data.
func path(tile tlog.Tile) string {
	parts := strings.SplitN(tile.Path(), "/", 4)
	if parts[2] == "data" {
		parts[2] = "entries"
	}
	return strings.Join([]string{parts[0], parts[2], parts[3]}, "/")
}

// A tree is all stored hashes of a log, in tlog's order.
type tree struct {
	size   int64
	hashes []tlog.Hash
}

func (t *tree) push(entry []byte) error {
	stored, err := tlog.StoredHashes(t.size, entry, t)
	if err != nil {
		return err
	}
	t.hashes = append(t.hashes, stored...)
	t.size++
	return nil
}

// ReadHashes makes a tree a tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("there is no hash %d", index)
		}
		hashes[i] = t.hashes[index]
	}
	return hashes, nil
}
