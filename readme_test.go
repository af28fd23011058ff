//go:build linux

package uds_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestReadmeSnippets holds every Go snippet of README.md and of docs/layers.md to
// code that is compiled and run: it stands, line by line, in one of the files.
func TestReadmeSnippets(t *testing.T) {
	for doc, files := range map[string][]string{
		"README.md":      {"example_test.go", "integrations/grpc/main.go"},
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
