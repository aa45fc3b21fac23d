package events

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var (
	update    = flag.Bool("update", false, "write golden files that are missing")
	overwrite = flag.Bool("overwrite", false, "with -update: rewrite golden files that are there (only before a release: what was once written decodes for ever)")
)

// goldenOf is the golden file of one version of a fact.
func goldenOf(k kind, version int) string {
	return filepath.Join("testdata", fmt.Sprintf("%s.v%d.json", table[k].name, version))
}

// A golden file is the stored commit of a fully filled fact. It must be written the same
// and read the same for ever; upcast_test.go reads those of past versions.
func TestGolden(t *testing.T) {
	for k := range kinds {
		t.Run(table[k].name, func(t *testing.T) {
			want := commitOf(filled(t, k))
			data, hash, err := Encode(want)
			if err != nil {
				t.Fatal(err)
			}
			path := goldenOf(k, table[k].version)
			stored, err := os.ReadFile(path)
			if *update && (os.IsNotExist(err) || *overwrite) {
				if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
				stored, err = data, nil
			}
			if err != nil {
				t.Fatalf("no golden file (go test ./events -update writes it): %v", err)
			}
			if string(data) != strings.TrimSpace(string(stored)) {
				t.Errorf("written differently than before\n now %s\nthen %s", data, stored)
			}
			got, h, err := Decode(stored)
			if err != nil {
				t.Fatal(err)
			}
			if h != hash || !reflect.DeepEqual(got, want) {
				t.Errorf("read as\n%#v\nwant\n%#v", got, want)
			}
		})
	}
}

func TestNoStrayGolden(t *testing.T) {
	known := map[string]bool{}
	for k := range kinds {
		for v := 1; v <= table[k].version; v++ {
			known[goldenOf(k, v)] = true
		}
	}
	files, err := filepath.Glob("testdata/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s belongs to no fact: a stored fact lost its row", f)
		}
	}
}

func TestTable(t *testing.T) {
	pattern := regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)
	seen, types := map[string]kind{}, map[reflect.Type]kind{}
	for k := range kinds {
		r := table[k]
		if r.decode == nil || r.zh == "" || r.version < 1 {
			t.Errorf("kind %d (%q) has no full row", k, r.name)
			continue
		}
		if !pattern.MatchString(r.name) {
			t.Errorf("wire name %q is not of the form noun.past_tense", r.name)
		}
		if other, dup := seen[r.name]; dup {
			t.Errorf("wire name %q stands for kinds %d and %d", r.name, other, k)
		}
		seen[r.name] = k
		e := zeroOf(t, k)
		if e.fact() != k {
			t.Errorf("%s decodes to %T, which names another row", r.name, e)
		}
		if other, dup := types[reflect.TypeOf(e)]; dup {
			t.Errorf("%T has rows %d and %d", e, other, k)
		}
		types[reflect.TypeOf(e)] = k
		if name, v := TypeOf(e); name != r.name || v != r.version || Title(e) != r.zh {
			t.Errorf("TypeOf(%T) = %s v%d %s", e, name, v, Title(e))
		}
	}
	if got := Names(); len(got) != int(kinds) || got[itemClosed] != "item.closed" {
		t.Errorf("Names() = %v", got)
	}
	if n := factMethods(t); n != int(kinds) {
		t.Errorf("%d types are facts, the table has %d rows", n, kinds)
	}
}

// factMethods counts the types that say they are facts.
func factMethods(t *testing.T) int {
	t.Helper()
	n := 0
	for _, f := range parseAll(t) {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv != nil && fn.Name.Name == "fact" {
				n++
			}
		}
	}
	return n
}

func parseAll(t *testing.T) map[string]*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*ast.File{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = f
	}
	return out
}

// Every field of every stored struct has a json name of its own, in snake case.
func TestJSONNames(t *testing.T) {
	name := regexp.MustCompile(`^[a-z][a-z0-9_]*$`)
	done := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		if typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
			walk(typ.Elem())
			return
		}
		if typ.Kind() != reflect.Struct || done[typ] || typ == reflect.TypeFor[Date]() || typ == reflect.TypeFor[Sealed]() {
			return
		}
		done[typ] = true
		seen := map[string]bool{}
		for i := range typ.NumField() {
			f := typ.Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			if !name.MatchString(tag) || seen[tag] {
				t.Errorf("%s.%s has json name %q", typ, f.Name, tag)
			}
			seen[tag] = true
			walk(f.Type)
		}
	}
	for k := range kinds {
		walk(reflect.TypeOf(zeroOf(t, k)))
	}
}

// Every constant of an enumerated type has its Chinese word.
func TestWords(t *testing.T) {
	zh := map[string]func(string) string{
		"State": func(s string) string { return State(s).Zh() }, "AssignmentState": func(s string) string { return AssignmentState(s).Zh() },
		"Part": func(s string) string { return Part(s).Zh() }, "Mode": func(s string) string { return Mode(s).Zh() },
		"Role": func(s string) string { return Role(s).Zh() }, "Source": func(s string) string { return Source(s).Zh() },
		"Channel": func(s string) string { return Channel(s).Zh() }, "Behalf": func(s string) string { return Behalf(s).Zh() },
		"Class": func(s string) string { return Class(s).Zh() }, "Level": func(s string) string { return Level(s).Zh() },
		"Profile": func(s string) string { return Profile(s).Zh() }, "Step": func(s string) string { return Step(s).Zh() },
		"Preset": func(s string) string { return Preset(s).Zh() }, "Truth": func(s string) string { return Truth(s).Zh() },
		"Solved": func(s string) string { return Solved(s).Zh() }, "Satisfaction": func(s string) string { return Satisfaction(s).Zh() },
		"Cause": func(s string) string { return Cause(s).Zh() }, "EvidenceKind": func(s string) string { return EvidenceKind(s).Zh() },
		"Phase":            func(s string) string { return Phase(s).Zh() },
		"SupervisionLevel": func(s string) string { return SupervisionLevel(s).Zh() },
		"UnitLevel":        func(s string) string { return UnitLevel(s).Zh() }, "UnitType": func(s string) string { return UnitType(s).Zh() },
		"SignInWay": func(s string) string { return SignInWay(s).Zh() }, "Stage": func(s string) string { return Stage(s).Zh() },
		"Urgency": func(s string) string { return Urgency(s).Zh() }, "PauseGround": func(s string) string { return PauseGround(s).Zh() },
	}
	n := 0
	for _, f := range parseAll(t) {
		ast.Inspect(f, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typ, ok := spec.Type.(*ast.Ident)
			lit, isLit := spec.Values[0].(*ast.BasicLit)
			if !ok || !isLit || zh[typ.Name] == nil {
				return true
			}
			n++
			value := strings.Trim(lit.Value, `"`)
			if w := zh[typ.Name](value); w == value || w == "" {
				t.Errorf("%s %s has no Chinese word", typ.Name, value)
			}
			return true
		})
	}
	if n < 100 {
		t.Errorf("only %d constants found; does the scan still work?", n)
	}
	if got := State("NEW_ONE").Zh(); got != "NEW_ONE" {
		t.Errorf("an unknown value is shown as %q, want itself", got)
	}
}
