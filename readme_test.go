//go:build linux

package uds_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeSnippets holds every Go snippet of README.md to code that is
// compiled and run: it stands, line by line, in one of these files.
func TestReadmeSnippets(t *testing.T) {
	var sources []string
	for _, name := range []string{"example_test.go", "integrations/grpc/main.go"} {
		b, err := os.ReadFile(name)
		must(t, err)
		sources = append(sources, trimmedLines(string(b)))
	}
	readme, err := os.ReadFile("README.md")
	must(t, err)
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	if len(snippets) == 0 {
		t.Fatal("README.md: got no Go snippet")
	}
	for _, s := range snippets {
		snippet := trimmedLines(s[1])
		if !strings.Contains(sources[0], snippet) && !strings.Contains(sources[1], snippet) {
			t.Errorf("README.md: got a snippet that is not in the examples:\n%s", s[1])
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
