package domain

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xiaohao/domain/rights"
)

// source is this package as parsed, for finding every rule it can name.
type source struct {
	t     *testing.T
	files []*ast.File
	funcs map[string]*ast.FuncDecl
}

func parseSource(t *testing.T) *source {
	t.Helper()
	s := &source{t: t, funcs: map[string]*ast.FuncDecl{}}
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		s.files = append(s.files, f)
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				s.funcs[fn.Name.Name+"/"+fmt.Sprint(fn.Pos())+name] = fn
			}
		}
	}
	return s
}

func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// values returns what a string expression inside fn can be: a literal, a sum, or what the
// callers of fn pass.
func (s *source) values(fn *ast.FuncDecl, e ast.Expr, depth int) []string {
	if depth > 4 {
		s.t.Fatalf("%s: rule code is built too deeply", fn.Name.Name)
	}
	switch e := e.(type) {
	case *ast.BasicLit:
		v, _ := text(e)
		return []string{v}
	case *ast.BinaryExpr:
		var out []string
		for _, x := range s.values(fn, e.X, depth) {
			for _, y := range s.values(fn, e.Y, depth) {
				out = append(out, x+y)
			}
		}
		return out
	case *ast.SelectorExpr: // sp.Name
		var out []string
		for _, sp := range specs {
			out = append(out, sp.Name)
		}
		return out
	case *ast.Ident:
		i := 0
		for _, p := range fn.Type.Params.List {
			for _, name := range p.Names {
				if name.Name == e.Name {
					return s.passed(fn, i, depth)
				}
				i++
			}
		}
	}
	return nil
}

// passed returns what callers of fn pass as its nth argument.
func (s *source) passed(fn *ast.FuncDecl, n, depth int) []string {
	var out []string
	for _, caller := range s.funcs {
		ast.Inspect(caller.Body, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || len(call.Args) <= n || calls(call) != fn.Name.Name {
				return true
			}
			out = append(out, s.values(caller, call.Args[n], depth+1)...)
			return true
		})
	}
	return out
}

func calls(c *ast.CallExpr) string {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// rules returns every rule code with its sentences: those written out in the source, and
// those that follow from the table of commands and the tags of their fields.
func rules(t *testing.T) map[string][]string {
	s := parseSource(t)
	out := map[string][]string{}
	add := func(code, message string) {
		if !slices.Contains(out[code], message) {
			out[code] = append(out[code], message)
		}
	}
	for _, fn := range s.funcs {
		name := fn.Name.Name
		if name == "refuse" || name == "refuseAt" || name == "check" || name == "checkList" || name == "checkNamed" || name == "allowsState" ||
			name == "AllowsRole" || name == "allowsScope" {
			continue // generated ones, below
		}
		ast.Inspect(fn.Body, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || (calls(call) != "refuse" && calls(call) != "refuseAt") {
				return true
			}
			at := 0
			if calls(call) == "refuseAt" {
				at = 1
			}
			codes := s.values(fn, call.Args[at], 0)
			if len(codes) == 0 {
				t.Errorf("%s: cannot tell the rule code of a refusal", name)
			}
			message, ok := text(call.Args[at+1])
			if !ok {
				t.Errorf("%s: the sentence of %v is not written out", name, codes)
			}
			for _, c := range codes {
				add(c, message)
			}
			return true
		})
	}
	for _, sp := range specs {
		if add(sp.Name+".role", "（谁来做）"); !sp.Starts {
			add(sp.Name+".state", "（什么时候可以）")
		}
		if sp.Scope != rights.Anybody && sp.Scope != rights.ByCode {
			add(sp.Name+".scope", "（哪个单位、哪个人）")
		}
		fromFields(sp.Name, Fields(sp.New()), add)
	}
	return out
}

func fromFields(command string, fs []Field, add func(code, message string)) {
	for _, f := range fs {
		if f.Need {
			add(command+".missing", "（没有填）")
		}
		switch f.Kind {
		case Text, Area:
			add(command+".too_long", "（太长）")
			add(command+".text", "（字符不能识别）")
		case Enum:
			add(command+".choice", "（没有这个选项）")
		case Number, Whole:
			add(command+".number", "（数不对）")
		case Day:
			add(command+".date", "（日期不对）")
		case UnitOf, LeadOf:
			add(command+".text", "（字符不能识别）")
			add(command+".choice", "（没有这个选项）")
		case Lines, Units, Rows:
			add(command+".too_many", "（太多）")
			if f.Kind != Rows {
				add(command+".text", "（字符不能识别）")
			}
			if f.Kind == Units {
				add(command+".choice", "（没有这个选项）")
			}
			fromFields(command, f.Fields, add)
		}
	}
}

// Rule codes are stable: scripts and pages rely on them.
func TestRules(t *testing.T) {
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	all := rules(t)
	var b strings.Builder
	for _, code := range slices.Sorted(maps.Keys(all)) {
		if !codePattern.MatchString(code) {
			t.Errorf("rule code %q", code)
		}
		slices.Sort(all[code])
		for _, m := range all[code] {
			fmt.Fprintf(&b, "%-36s %s\n", code, m)
			if strings.HasPrefix(m, "（") {
				continue // generated; its sentence is checked where it is used
			}
			if !strings.HasSuffix(m, "。") || latin.MatchString(m) {
				t.Errorf("%s: %q is no plain Chinese sentence", code, m)
			}
		}
	}
	if len(all) < 300 {
		t.Errorf("only %d rules found; does the scan still work?", len(all))
	}
	golden(t, "rules.golden", b.String())
}

// What the table generates is a sentence, too.
func TestGeneratedSentences(t *testing.T) {
	for _, st := range []*story{representatives["MERGED"](t), handed(t, triage, unitA, unitB)} {
		for _, sp := range specs {
			if sp.Starts {
				continue
			}
			for _, a := range everybody {
				if r := sp.Allows(st.it, st.situation(a)); r != nil {
					checkMessage(t, r)
				}
			}
		}
	}
}

func TestRefusals(t *testing.T) {
	a, b := refuse("a.b", "甲。"), refuseAt("f", "c.d", "乙。")
	rs := Refusals{a, b}
	if rs.Error() != "a.b: 甲。; c.d: 乙。" || Refusals(nil).err() != nil {
		t.Error(rs)
	}
	if got := RefusalsOf(fmt.Errorf("x: %w", rs)); len(got) != 2 {
		t.Error(got)
	}
	if got := RefusalsOf(fmt.Errorf("x: %w", b)); len(got) != 1 || got[0].Field != "f" {
		t.Error(got)
	}
	if RefusalsOf(ErrConflict) != nil || RefusalsOf(nil) != nil {
		t.Error("not a refusal")
	}
	over := &Overtaken{Seen: 3, Now: 5}
	if !strings.Contains(over.Error(), "5") {
		t.Error(over)
	}
}
