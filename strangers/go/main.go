// Command judge says of each case in <folder>/cases what Go's own transparency log code says:
//
//	judge <folder>
//
// It prints one line each, the verdict, a tab, and why. Signatures, trees, proofs and the names of tiles
// are the work of golang.org/x/mod/sumdb/note and .../tlog, which hold up Go's checksum database; the
// chain is compared here.
package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 2 {
		fail(fmt.Errorf("say where: judge <folder>"))
	}
	judge := judge{folder: os.Args[1], disk: disk{}, trees: map[string]*tree{}}
	cases, err := os.ReadFile(filepath.Join(judge.folder, "cases"))
	if err != nil {
		fail(err)
	}
	out := bufio.NewWriter(os.Stdout)
	for _, line := range strings.Split(strings.TrimSuffix(string(cases), "\n"), "\n") {
		parts := strings.Split(line, "\t")
		if len(parts) < 5 {
			fail(fmt.Errorf("no case: %s", line))
		}
		// Kind, name, field, what is expected: only the first is a judge's business.
		verdict, err := judge.verdict(parts[0], parts[4:])
		if err != nil {
			why := strings.NewReplacer("\n", " ", "\t", " ").Replace(err.Error())
			fmt.Fprintf(out, "reject\t%s\n", why)
		} else {
			fmt.Fprintf(out, "%s\t\n", verdict)
		}
	}
	if err := out.Flush(); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "error:", err)
	os.Exit(1)
}

// A judge keeps what several cases need.
type judge struct {
	folder string
	disk   disk
	trees  map[string]*tree
}

// verdict is "accept", or what was asked for; an error is a refusal.
func (j *judge) verdict(kind string, what []string) (string, error) {
	switch {
	case kind == "log" && len(what) >= 1:
		return "accept", j.log(what[0], what[1:]).check()
	case kind == "inclusion" && len(what) == 5:
		return "accept", inclusion(what)
	case kind == "consistency" && len(what) == 5:
		return "accept", consistency(what)
	case kind == "prove-inclusion" && len(what) == 3:
		return j.prove(what, func(index, size int64, t *tree) ([]tlog.Hash, error) {
			return tlog.ProveRecord(size, index, t)
		})
	case kind == "prove-consistency" && len(what) == 3:
		return j.prove(what, func(old, size int64, t *tree) ([]tlog.Hash, error) {
			return tlog.ProveTree(size, old, t)
		})
	case kind == "tile" && len(what) == 3:
		return tileName(what)
	}
	return "", fmt.Errorf("no case of a known kind")
}

func (j *judge) log(name string, changes []string) *log {
	return &log{disk: j.disk, folder: filepath.Join(j.folder, "logs", name), changes: changes}
}

// prove makes a proof from the entries of a log.
func (j *judge) prove(what []string, make func(first, second int64, t *tree) ([]tlog.Hash, error)) (string, error) {
	t, ok := j.trees[what[0]]
	if !ok {
		log := j.log(what[0], nil)
		checkpoint, err := log.checkpoint()
		if err != nil {
			return "", err
		}
		entries, err := log.entries(checkpoint.N)
		if err != nil {
			return "", err
		}
		t = &tree{}
		for _, entry := range entries {
			if err := t.push(entry); err != nil {
				return "", err
			}
		}
		j.trees[what[0]] = t
	}
	first, second, err := numbers(what[1], what[2])
	if err != nil {
		return "", err
	}
	proof, err := make(first, second, t)
	if err != nil {
		return "", err
	}
	texts := []string{}
	for _, hash := range proof {
		texts = append(texts, hash.String())
	}
	return strings.Join(texts, ","), nil
}

func inclusion(what []string) error {
	index, size, err := numbers(what[0], what[1])
	if err != nil {
		return err
	}
	leaf, root, proof, err := hashes(what[2], what[3], what[4])
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof, size, root, index, leaf)
}

func consistency(what []string) error {
	old, size, err := numbers(what[0], what[1])
	if err != nil {
		return err
	}
	oldRoot, root, proof, err := hashes(what[2], what[3], what[4])
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, size, root, old, oldRoot)
}

func tileName(what []string) (string, error) {
	index, width, err := numbers(what[1], what[2])
	if err != nil {
		return "", err
	}
	level := -1
	if what[0] != "entries" {
		if level, err = strconv.Atoi(what[0]); err != nil {
			return "", err
		}
	}
	return path(tlog.Tile{H: height, L: level, N: index, W: int(width)}), nil
}

func numbers(first, second string) (int64, int64, error) {
	a, err := strconv.ParseInt(first, 10, 64)
	if err != nil {
		return 0, 0, err
	}
	b, err := strconv.ParseInt(second, 10, 64)
	return a, b, err
}

func hashes(first, second, list string) (a, b tlog.Hash, proof []tlog.Hash, err error) {
	if a, err = tlog.ParseHash(first); err != nil {
		return
	}
	if b, err = tlog.ParseHash(second); err != nil {
		return
	}
	for _, text := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' }) {
		hash, err := tlog.ParseHash(text)
		if err != nil {
			return a, b, nil, err
		}
		proof = append(proof, hash)
	}
	return a, b, proof, nil
}

// A disk is files as they lie on it, each read once.
type disk map[string][]byte

func (d disk) read(path string) ([]byte, error) {
	if bytes, ok := d[path]; ok {
		return bytes, nil
	}
	bytes, err := os.ReadFile(path)
	if err == nil {
		d[path] = bytes
	}
	return bytes, err
}

// read gives a file of the log: exchanged, then altered, where the case says so.
func (l *log) read(path string) ([]byte, error) {
	bytes, err := []byte(nil), error(nil)
	if text, ok := l.change(path, "="); ok {
		bytes, err = base64.StdEncoding.DecodeString(text)
	} else {
		bytes, err = l.disk.read(filepath.Join(l.folder, path))
	}
	if err != nil {
		return nil, err
	}
	if text, ok := l.change(path, "^"); ok {
		bit, err := strconv.Atoi(text)
		if err != nil {
			return nil, err
		}
		bytes = append([]byte(nil), bytes...)
		bytes[bit/8] ^= 1 << (bit % 8)
	}
	return bytes, nil
}

func (l *log) change(path, sign string) (string, bool) {
	for _, change := range l.changes {
		if strings.HasPrefix(change, path+sign) {
			return change[len(path)+1:], true
		}
	}
	return "", false
}
