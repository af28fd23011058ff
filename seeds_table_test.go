package uds_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Example)\w*)\(`)
	testName = regexp.MustCompile("`((?:Test|Example)\\w*)`")
)

// Every row of docs/seeds.md names a test, and every test it names is in the
// tree.
func TestSeedTableNamesTests(t *testing.T) {
	have := testFunctions(t)
	doc, err := os.ReadFile("docs/seeds.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for i, line := range strings.Split(string(doc), "\n") {
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| there ") {
			continue
		}
		rows++
		cells := strings.Split(strings.ReplaceAll(line, `\|`, ""), "|")
		if len(cells) != 5 {
			t.Errorf("line %d: got %d cells, want 3: %s", i+1, len(cells)-2, line)
			continue
		}
		names := testName.FindAllStringSubmatch(cells[3], -1)
		if len(names) == 0 {
			t.Errorf("line %d names no test: %s", i+1, line)
		}
		for _, n := range names {
			if !have[n[1]] {
				t.Errorf("line %d: there is no %s", i+1, n[1])
			}
		}
	}
	if rows < 200 {
		t.Errorf("got %d rows, want the 200 and more of five documents", rows)
	}
}

// testFunctions are the tests and examples of this module's packages.
func testFunctions(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range testFunc.FindAllSubmatch(src, -1) {
			all[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
