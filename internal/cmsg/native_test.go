package cmsg

import (
	"go/ast"
	"go/build"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"
	"testing"
)

// targets is what go tool dist list prints, and two ports that it leaves out.
const targets = `aix/ppc64 android/386 android/amd64 android/arm android/arm64 darwin/amd64 darwin/arm64
	dragonfly/amd64 freebsd/386 freebsd/amd64 freebsd/arm freebsd/arm64 freebsd/riscv64 illumos/amd64 ios/amd64 ios/arm64
	js/wasm linux/386 linux/amd64 linux/arm linux/arm64 linux/loong64 linux/mips linux/mips64 linux/mips64le
	linux/mipsle linux/ppc64 linux/ppc64le linux/riscv64 linux/s390x netbsd/386 netbsd/amd64 netbsd/arm
	netbsd/arm64 openbsd/386 openbsd/amd64 openbsd/arm openbsd/arm64 openbsd/mips64 openbsd/ppc64 openbsd/riscv64
	plan9/386 plan9/amd64 plan9/arm solaris/amd64 wasip1/wasm windows/386 windows/amd64 windows/arm64`

func TestNativeLayoutOfEveryTarget(t *testing.T) {
	for target := range strings.FieldsSeq(targets) {
		goos, goarch, _ := strings.Cut(target, "/")
		t.Run(target, func(t *testing.T) {
			pkg := checkNativeFiles(t, goos, goarch)
			wantLen, wantAlign := systemLayout(goos, goarch)
			if got := constInt(t, pkg, "nativeLenBytes"); got != wantLen {
				t.Errorf("length field: got %d bytes, want %d", got, wantLen)
			}
			if got := constInt(t, pkg, "nativeAlignBytes"); got != wantAlign {
				t.Errorf("alignment: got %d bytes, want %d", got, wantAlign)
			}
		})
	}
}

// systemLayout states the facts of golang.org/x/sys/unix: Cmsghdr and
// cmsgAlignOf of every system. Systems without control messages have words.
func systemLayout(goos, goarch string) (lenBytes, alignBytes int64) {
	word := types.SizesFor("gc", goarch).Sizeof(types.Typ[types.Uintptr])
	lenBytes, alignBytes = 4, word
	switch goos {
	case "linux", "android", "plan9", "windows", "js", "wasip1":
		lenBytes = word
	case "aix":
		alignBytes = 1
	case "darwin", "ios", "illumos", "solaris":
		alignBytes = 4
	case "netbsd", "openbsd":
		if goarch == "arm" {
			alignBytes = 8
		}
		if goos == "netbsd" && goarch == "arm64" {
			alignBytes = 16
		}
	}
	return lenBytes, alignBytes
}

// checkNativeFiles type-checks the constants of the one native file that the
// target builds.
func checkNativeFiles(t *testing.T, goos, goarch string) *types.Package {
	t.Helper()
	names := nativeFiles(t, goos, goarch)
	if len(names) != 1 {
		t.Fatalf("got files %v, want exactly one", names)
	}
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range append(names, "native_word.go") {
		f, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	conf := types.Config{Sizes: types.SizesFor("gc", goarch)}
	pkg, err := conf.Check("cmsg", fset, files, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg
}

// nativeFiles returns the files of the family that the target builds.
func nativeFiles(t *testing.T, goos, goarch string) (names []string) {
	t.Helper()
	all, err := filepath.Glob("native_*.go")
	if err != nil || len(all) == 0 {
		t.Fatalf("got files %v, error %v, want the package's sources here", all, err)
	}
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.BuildTags = goos, goarch, nil
	for _, name := range all {
		ok, err := ctx.MatchFile(".", name)
		if err != nil {
			t.Fatal(err)
		}
		if ok && !strings.HasSuffix(name, "_test.go") && name != "native_word.go" {
			names = append(names, name)
		}
	}
	return names
}

func constInt(t *testing.T, pkg *types.Package, name string) int64 {
	t.Helper()
	c, ok := pkg.Scope().Lookup(name).(*types.Const)
	if !ok {
		t.Fatalf("got no constant %s, want one", name)
	}
	v, _ := constant.Int64Val(c.Val())
	return v
}
