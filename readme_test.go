//go:build linux

package uds_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadmeSnippets holds every Go snippet of README.md and of docs/layers.md to
// code that is compiled and run: it stands, line by line, in one of the files.
func TestReadmeSnippets(t *testing.T) {
	for doc, files := range map[string][]string{
		"README.md":      {"example_test.go", "context_example_linux_test.go", "examples/echo/main.go", "integrations/grpc/main.go"},
		"docs/layers.md": {"layers_example_linux_test.go"},
	} {
		var sources []string
		for _, name := range files {
			b, err := os.ReadFile(name)
			must(t, err)
			sources = append(sources, trimmedLines(string(b)))
		}
		text, err := os.ReadFile(doc)
		must(t, err)
		snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(text), -1)
		if len(snippets) == 0 {
			t.Errorf("%s: got no Go snippet", doc)
		}
		for _, s := range snippets {
			snippet := trimmedLines(s[1])
			if !slices.ContainsFunc(sources, func(source string) bool { return strings.Contains(source, snippet) }) {
				t.Errorf("%s: got a snippet that is not in the examples:\n%s", doc, s[1])
			}
		}
	}
}

// trimmedLines is s without the space around its lines.
func trimmedLines(s string) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		out.WriteString(strings.TrimSpace(line) + "\n")
	}
	return out.String()
}

// TestLinksOfTheDocuments follows every link to a file of the repository, and to a
// heading in it.
func TestLinksOfTheDocuments(t *testing.T) {
	docs, err := filepath.Glob("docs/*.md")
	must(t, err)
	for _, doc := range append(docs, "README.md", "CHANGELOG.md", "bench/README.md") {
		text, err := os.ReadFile(doc)
		must(t, err)
		for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			path, heading, found := strings.Cut(link[1], "#")
			target := doc
			if path != "" {
				target = filepath.Join(filepath.Dir(doc), path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: got a link to %q: %v", doc, link[1], err)
			} else if found && !slices.Contains(headings(t, target), heading) {
				t.Errorf("%s: got a link to %q, want one to a heading", doc, link[1])
			}
		}
	}
}

// headings are the names by which links lead to the headings of a document.
func headings(t *testing.T, doc string) (names []string) {
	t.Helper()
	text, err := os.ReadFile(doc)
	must(t, err)
	for _, h := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
		name := regexp.MustCompile(`[^\p{L}\p{N}_ -]`).ReplaceAllString(strings.ToLower(h[1]), "")
		names = append(names, strings.ReplaceAll(name, " ", "-"))
	}
	return names
}

// TestReadmeListsThePrograms holds README.md to a link to every example and
// integration.
func TestReadmeListsThePrograms(t *testing.T) {
	text, err := os.ReadFile("README.md")
	must(t, err)
	for _, pattern := range []string{"examples/*/*.go", "integrations/*/*.go"} {
		files, err := filepath.Glob(pattern)
		must(t, err)
		if len(files) == 0 {
			t.Errorf("%s: got no files", pattern)
		}
		for _, file := range files {
			if dir := filepath.Dir(file); !strings.Contains(string(text), "]("+dir+")") {
				t.Errorf("README.md: got no link to %s", dir)
			}
		}
	}
}
