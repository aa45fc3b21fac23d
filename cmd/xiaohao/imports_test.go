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

// imports is the table of README's layout section: which packages of our own each may import,
// and which drivers it may link, tests left out.
var imports = map[string]struct {
	own     []string
	drivers []string
}{
	"events":                     {nil, nil},
	"domain":                     {[]string{"domain/calendar", "domain/detect", "domain/ladder", "domain/limit", "domain/rights", "events"}, nil},
	"domain/detect":              {nil, nil},
	"domain/calendar":            {[]string{"events"}, nil},
	"domain/limit":               {[]string{"domain/calendar", "events"}, nil},
	"domain/rungs":               {[]string{"domain", "domain/ladder", "events"}, nil},
	"domain/rulebook":            {[]string{"domain", "domain/limit", "domain/rights", "events"}, nil},
	"domain/ladder":              {[]string{"events"}, nil},
	"domain/sample":              {[]string{"domain", "events"}, nil},
	"domain/almanac":             {[]string{"domain", "domain/calendar", "domain/rights", "events"}, nil},
	"domain/rights":              {[]string{"events"}, nil},
	"domain/follow":              {[]string{"domain", "events"}, nil},
	"domain/trail":               {[]string{"domain", "events"}, nil},
	"events/evidence":            {[]string{"events"}, []string{"nats"}},
	"events/journal":             {[]string{"events"}, []string{"nats"}},
	"events/journal/backup":      {[]string{"events", "events/journal", "events/proof"}, []string{"nats"}},
	"events/journal/memory":      {[]string{"events"}, nil},
	"events/journal/journaltest": {[]string{"events"}, nil},
	"events/journal/natstest":    {nil, []string{"nats"}},
	"events/proof":               {[]string{"events"}, nil},
	"events/vault":               {[]string{"events", "events/vault/seal"}, []string{"nats"}},
	"events/vault/seal":          {[]string{"events"}, nil},
	"events/vault/memory":        {[]string{"events", "events/vault/seal"}, nil},
	"events/roster":              {[]string{"events"}, nil},
	"domain/view":                {[]string{"domain", "events"}, nil},
	"domain/directory":           {[]string{"domain", "domain/rights", "events", "events/roster"}, nil},
	"domain/account":             {[]string{"domain", "domain/rights", "events"}, nil},
	"web/account":                {[]string{"domain", "domain/account", "events", "events/roster"}, []string{"pgx"}},
	"projections":                {[]string{"events", "events/roster"}, []string{"pgx"}},
	"projections/localpg":        {nil, []string{"pgx"}},
	"projections/localpg/pgtest": {[]string{"projections/localpg"}, []string{"pgx"}},
	"web":                        {[]string{"domain", "domain/account", "domain/almanac", "domain/calendar", "domain/detect", "domain/directory", "domain/follow", "domain/ladder", "domain/limit", "domain/rights", "domain/rulebook", "domain/sample", "domain/trail", "domain/view", "events", "events/proof", "events/roster", "projections", "web/account", "web/notice", "web/open", "web/pack", "web/paper/docx", "web/paper/form", "web/paper/intake", "web/paper/ledger", "web/paper/own", "web/paper/report", "web/paper/returned", "web/paper/sheet", "web/phrase", "web/shield", "web/sieve", "web/sso"}, []string{"pgx"}},
	"web/paper/form":             {[]string{"events", "projections", "web/paper/docx"}, []string{"pgx"}},
	"web/paper/docx":             {nil, nil},
	"web/paper/report":           {[]string{"events", "projections", "web/paper/docx", "web/paper/sheet"}, []string{"pgx"}},
	"web/phrase":                 {[]string{"events"}, nil},
	"web/open":                   {[]string{"events", "projections"}, []string{"pgx"}},
	"web/shield":                 {nil, nil},
	"web/pack":                   {nil, nil},
	"web/sieve":                  {[]string{"events", "web/shield"}, nil},
	"web/sso":                    {nil, nil},
	"web/paper/ledger":           {[]string{"domain", "events"}, nil},
	"web/paper/intake":           {[]string{"domain", "domain/limit", "domain/rights", "events", "events/roster", "web/paper/ledger"}, nil},
	"web/notice":                 {[]string{"domain", "domain/calendar", "events", "projections"}, []string{"pgx"}},
	"web/paper/own":              {[]string{"domain", "events", "web/paper/docx", "web/paper/form", "web/paper/ledger"}, []string{"pgx"}},
	"web/paper/officetest":       {nil, nil},
	"web/paper/returned":         {[]string{"events", "projections", "web/paper/intake", "web/paper/ledger", "web/paper/sheet"}, []string{"pgx"}},
	"web/paper/sheet":            {[]string{"domain/detect", "events", "projections"}, []string{"pgx"}},
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
	const self = "xiaohao/"
	for _, pkg := range golist(t, self+"...") {
		if pkg == self+"cmd/xiaohao" {
			continue
		}
		allowed, ok := imports[strings.TrimPrefix(pkg, self)]
		if !ok {
			t.Errorf("%s is not in the import table", pkg)
			continue
		}
		for _, dep := range golist(t, "-f", `{{join .Imports "\n"}}`, pkg) {
			if own, is := strings.CutPrefix(dep, self); is && !slices.Contains(allowed.own, own) {
				t.Errorf("%s must not import %s", pkg, dep)
			}
		}
		for _, dep := range golist(t, "-deps", pkg) {
			for name, prefix := range drivers {
				if strings.HasPrefix(dep, prefix) && !slices.Contains(allowed.drivers, name) {
					t.Errorf("%s must not link %s", pkg, dep)
				}
			}
		}
	}
}
