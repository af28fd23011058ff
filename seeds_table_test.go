package uds_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.com/uds/internal/testutil"
)

var (
	testFunc = regexp.MustCompile(`(?m)^func ((?:Test|Example)\w*)\(`)
	testName = regexp.MustCompile("`((?:Test|Example)\\w*)`")
	codeSpan = regexp.MustCompile("`([^`]+)`")
)

// seedRow is a row of docs/seeds.md: what a document has, the Go names, tests.
type seedRow struct {
	line              int
	section, subject  string // the headings above it
	there, inGo, test string
}

// seedRows returns the table's rows.
func seedRows(t *testing.T) []seedRow {
	t.Helper()
	doc, err := os.ReadFile("docs/seeds.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []seedRow
	section, subject := "", ""
	for i, line := range strings.Split(string(doc), "\n") {
		if h, ok := strings.CutPrefix(line, "## "); ok {
			section, subject = h, ""
		}
		if h, ok := strings.CutPrefix(line, "### "); ok {
			subject = h
		}
		if !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|---") || strings.HasPrefix(line, "| there ") {
			continue
		}
		cells := strings.Split(line, "|")
		if len(cells) != 5 {
			t.Errorf("line %d: got %d cells, want 3: %s", i+1, len(cells)-2, line)
			continue
		}
		rows = append(rows, seedRow{i + 1, section, subject, cells[1], cells[2], cells[3]})
	}
	return rows
}

// Every row of docs/seeds.md names a test, and every test it names is in the
// tree.
func TestSeedTableNamesTests(t *testing.T) {
	have := testFunctions(t)
	for _, r := range seedRows(t) {
		names := testName.FindAllStringSubmatch(r.test, -1)
		if len(names) == 0 {
			t.Errorf("line %d names no test: %s", r.line, r.test)
		}
		for _, n := range names {
			if !have[n[1]] {
				t.Errorf("line %d: there is no %s", r.line, n[1])
			}
		}
	}
}

// Every name of the documents, which testdata/seeds.txt lists, has a row in the
// table of its document.
func TestSeedTableHasEveryName(t *testing.T) {
	there := map[string]string{}
	for _, r := range seedRows(t) {
		there[r.section] += r.subject + r.there + "\n"
	}
	list, err := os.ReadFile("testdata/seeds.txt")
	if err != nil {
		t.Fatal(err)
	}
	section, names := "", 0
	for line := range strings.Lines(string(list)) {
		if h, ok := strings.CutPrefix(line, "## "); ok {
			section = strings.TrimSpace(h)
			if there[section] == "" {
				t.Errorf("there is no table of %s", section)
			}
			continue
		}
		for _, name := range strings.Fields(line) {
			names++
			if !regexp.MustCompile(`\b` + regexp.QuoteMeta(name) + `\b`).MatchString(there[section]) {
				t.Errorf("%s has no row for %s", section, name)
			}
		}
	}
	if names < 200 {
		t.Errorf("got %d names, want the 200 and more of five documents", names)
	}
}

// Every Go name in the table is declared: here, in package socket or in the
// standard library.
func TestSeedTableNamesWhatThereIs(t *testing.T) {
	n := goNames{t: t, tool: testutil.RequireProgram(t, "go", "golang-go"), packages: map[string]map[string]bool{}}
	checked := 0
	for _, r := range seedRows(t) {
		for _, span := range codeSpan.FindAllStringSubmatch(r.inGo, -1) {
			x, err := parser.ParseExpr(span[1])
			if err != nil {
				continue // a string of the shell, an ellipsis
			}
			for _, name := range selectors(x) {
				checked++
				if !n.declared(name) {
					t.Errorf("line %d: there is no %s", r.line, strings.Join(name, "."))
				}
			}
		}
	}
	if checked < 250 {
		t.Errorf("got %d names, want the 250 and more of the table", checked)
	}
}

// selectors returns the dotted names in x that have an exported part.
func selectors(x ast.Expr) (all [][]string) {
	ast.Inspect(x, func(n ast.Node) bool {
		x, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		path := dotted(x)
		if len(path) == 0 {
			return true
		}
		if ast.IsExported(path[len(path)-1]) {
			all = append(all, path)
		}
		return false
	})
	return all
}

// dotted is the path of a.b, (*a).b or a, and nil for anything else.
func dotted(x ast.Expr) []string {
	switch x := x.(type) {
	case *ast.Ident:
		return []string{x.Name}
	case *ast.ParenExpr:
		return dotted(x.X)
	case *ast.StarExpr:
		return dotted(x.X)
	case *ast.SelectorExpr:
		if path := dotted(x.X); path != nil {
			return append(path, x.Sel.Name)
		}
	}
	return nil
}

// goNames knows what packages declare.
type goNames struct {
	t        *testing.T
	tool     string                     // the go command, which knows where packages are
	packages map[string]map[string]bool // by name: "Name" and "Type.Member"
}

// variables are what the table calls values: their types.
var variables = map[string][]string{
	"s":    {"socket", "Socket"},
	"sa":   {"socket", "Sockaddr"},
	"ip":   {"netip", "Addr"},
	"addr": {"uds", "Addr"},
}

// owners are the types whose members the table names without them.
var owners = []string{"SeqConn", "DgramConn"}

func (n goNames) declared(path []string) bool {
	if typ, ok := variables[path[0]]; ok {
		return n.in(typ[0], typ[1]+"."+path[1])
	}
	if len(path) > 1 && !ast.IsExported(path[0]) {
		if path[0] == "c" || path[0] == "err" {
			path = path[1:]
		} else {
			return n.in(path[0], strings.Join(path[1:], "."))
		}
	}
	name := strings.Join(path, ".")
	if name == "Error" { // of error
		return true
	}
	for _, owner := range owners {
		if n.in("uds", owner+"."+name) {
			return true
		}
	}
	return n.in("uds", name)
}

// directories of the packages that are not the standard library's, and the paths
// of those that are.
var (
	directories = map[string]string{"uds": ".", "socket": "socket"}
	imports     = map[string]string{"netip": "net/netip", "debug": "runtime/debug"}
)

func (n goNames) in(pkg, name string) bool {
	n.t.Helper()
	names, ok := n.packages[pkg]
	if !ok {
		names = map[string]bool{}
		n.packages[pkg] = names
		dir, ok := directories[pkg]
		if !ok {
			path, ok := imports[pkg]
			if !ok {
				path = pkg
			}
			found, err := exec.Command(n.tool, "list", "-f", "{{.Dir}}", path).Output()
			if err != nil {
				n.t.Fatalf("go list %s: %v", pkg, err)
			}
			dir = strings.TrimSpace(string(found))
		}
		declarations(n.t, dir, names)
	}
	return names[name]
}

// declarations notes what the files of a directory declare, whatever the system.
func declarations(t *testing.T, dir string, names map[string]bool) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: got %d files, %v, want a package", dir, len(files), err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			declaration(d, names)
		}
	}
}

func declaration(d ast.Decl, names map[string]bool) {
	if fn, ok := d.(*ast.FuncDecl); ok {
		name := fn.Name.Name
		if fn.Recv != nil {
			if recv := dotted(fn.Recv.List[0].Type); recv != nil {
				name = recv[0] + "." + name
			}
		}
		names[name] = true
		return
	}
	for _, spec := range d.(*ast.GenDecl).Specs {
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			for _, name := range spec.Names {
				names[name.Name] = true
			}
		case *ast.TypeSpec:
			names[spec.Name.Name] = true
			if st, ok := spec.Type.(*ast.StructType); ok {
				for _, field := range st.Fields.List {
					for _, name := range field.Names {
						names[spec.Name.Name+"."+name.Name] = true
					}
				}
			}
		}
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
