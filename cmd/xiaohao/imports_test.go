package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// drivers are what only named packages may reach.
var drivers = map[string]string{
	"nats": "github.com/nats-io/",
	"pgx":  "github.com/jackc/pgx/",
}

// imports is the table of README's layout section: what each package may use of our own,
// and which drivers it may link, tests left out.
var imports = map[string]struct {
	own     []string
	drivers []string
}{
	"xiaohao/events":                     {nil, nil},
	"xiaohao/domain":                     {[]string{"xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/domain/detect":              {nil, nil},
	"xiaohao/domain/calendar":            {[]string{"xiaohao/events"}, nil},
	"xiaohao/domain/limit":               {[]string{"xiaohao/domain/calendar", "xiaohao/events"}, nil},
	"xiaohao/domain/rungs":               {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/domain/rulebook":            {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/domain/ladder":              {[]string{"xiaohao/events"}, nil},
	"xiaohao/domain/sample":              {[]string{"xiaohao/domain", "xiaohao/events"}, nil},
	"xiaohao/domain/almanac":             {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/domain/rights":              {[]string{"xiaohao/events"}, nil},
	"xiaohao/domain/follow":              {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/ladder", "xiaohao/domain/limit", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/domain/trail":               {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/events/evidence":            {[]string{"xiaohao/events"}, []string{"nats"}},
	"xiaohao/events/journal":             {[]string{"xiaohao/events"}, []string{"nats"}},
	"xiaohao/events/journal/backup":      {[]string{"xiaohao/events", "xiaohao/events/journal", "xiaohao/events/proof"}, []string{"nats"}},
	"xiaohao/events/journal/memory":      {[]string{"xiaohao/events"}, nil},
	"xiaohao/events/journal/journaltest": {[]string{"xiaohao/events"}, nil},
	"xiaohao/events/journal/natstest":    {nil, []string{"nats"}},
	"xiaohao/events/proof":               {[]string{"xiaohao/events"}, nil},
	"xiaohao/events/vault":               {[]string{"xiaohao/events", "xiaohao/events/vault/seal"}, []string{"nats"}},
	"xiaohao/events/vault/seal":          {[]string{"xiaohao/events"}, nil},
	"xiaohao/events/vault/memory":        {[]string{"xiaohao/events", "xiaohao/events/vault/seal"}, nil},
	"xiaohao/events/roster":              {[]string{"xiaohao/events"}, nil},
	"xiaohao/domain/view":                {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/domain/directory":           {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events", "xiaohao/events/roster"}, nil},
	"xiaohao/domain/account":             {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events", "xiaohao/events/roster"}, nil},
	"xiaohao/web/account":                {[]string{"xiaohao/domain", "xiaohao/domain/account", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events", "xiaohao/events/roster"}, []string{"pgx"}},
	"xiaohao/projections":                {[]string{"xiaohao/events", "xiaohao/events/roster"}, []string{"pgx"}},
	"xiaohao/projections/localpg":        {nil, []string{"pgx"}},
	"xiaohao/projections/localpg/pgtest": {[]string{"xiaohao/projections/localpg"}, []string{"pgx"}},
	"xiaohao/web":                        {[]string{"xiaohao/domain", "xiaohao/domain/account", "xiaohao/web/account", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/directory", "xiaohao/domain/follow", "xiaohao/domain/almanac", "xiaohao/domain/rulebook", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/domain/sample", "xiaohao/domain/view", "xiaohao/domain/trail", "xiaohao/events", "xiaohao/events/proof", "xiaohao/events/roster", "xiaohao/projections", "xiaohao/web/notice", "xiaohao/web/open", "xiaohao/web/phrase", "xiaohao/web/shield", "xiaohao/web/sieve", "xiaohao/web/sso", "xiaohao/web/paper/docx", "xiaohao/web/paper/form", "xiaohao/web/paper/intake", "xiaohao/web/paper/ledger", "xiaohao/web/paper/own", "xiaohao/web/paper/report", "xiaohao/web/paper/sheet"}, []string{"pgx"}},
	"xiaohao/web/paper/form":             {[]string{"xiaohao/events", "xiaohao/events/roster", "xiaohao/projections", "xiaohao/web/paper/docx"}, []string{"pgx"}},
	"xiaohao/web/paper/docx":             {nil, nil},
	"xiaohao/web/paper/report":           {[]string{"xiaohao/events", "xiaohao/events/roster", "xiaohao/projections", "xiaohao/web/paper/docx", "xiaohao/web/paper/sheet"}, []string{"pgx"}},
	"xiaohao/web/phrase":                 {[]string{"xiaohao/events"}, nil},
	"xiaohao/web/open":                   {[]string{"xiaohao/events", "xiaohao/events/roster", "xiaohao/projections"}, []string{"pgx"}},
	"xiaohao/web/shield":                 {nil, nil},
	"xiaohao/web/sieve":                  {[]string{"xiaohao/events", "xiaohao/web/shield"}, nil},
	"xiaohao/web/sso":                    {nil, nil},
	"xiaohao/web/paper/ledger":           {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events"}, nil},
	"xiaohao/web/paper/intake":           {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events", "xiaohao/web/paper/ledger"}, nil},
	"xiaohao/web/notice":                 {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events", "xiaohao/events/roster", "xiaohao/projections"}, []string{"pgx"}},
	"xiaohao/web/paper/own":              {[]string{"xiaohao/domain", "xiaohao/domain/calendar", "xiaohao/domain/detect", "xiaohao/domain/limit", "xiaohao/domain/ladder", "xiaohao/domain/rights", "xiaohao/events", "xiaohao/events/roster", "xiaohao/projections", "xiaohao/web/paper/docx", "xiaohao/web/paper/form", "xiaohao/web/paper/ledger"}, []string{"pgx"}},
	"xiaohao/web/paper/officetest":       {nil, nil},
	"xiaohao/web/paper/sheet":            {[]string{"xiaohao/events", "xiaohao/events/roster", "xiaohao/projections"}, []string{"pgx"}},
}

func golist(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatalf("go list %v: %v", args, err)
	}
	return strings.Fields(string(out))
}

// TestImportTable holds the layout: who may import whom, and which drivers each package
// links, directly or not. Only cmd/xiaohao may import everything.
func TestImportTable(t *testing.T) {
	for _, pkg := range golist(t, "xiaohao/...") {
		if pkg == "xiaohao/cmd/xiaohao" {
			continue
		}
		allowed, ok := imports[pkg]
		if !ok {
			t.Errorf("%s is not in the import table", pkg)
			continue
		}
		for _, dep := range golist(t, "-deps", pkg) {
			if dep == pkg {
				continue
			}
			if strings.HasPrefix(dep, "xiaohao/") && !slices.Contains(allowed.own, dep) {
				t.Errorf("%s must not import %s", pkg, dep)
			}
			for name, prefix := range drivers {
				if strings.HasPrefix(dep, prefix) && !slices.Contains(allowed.drivers, name) {
					t.Errorf("%s must not link %s", pkg, dep)
				}
			}
		}
	}
}
