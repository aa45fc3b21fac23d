package domain

import (
	"regexp"
	"strings"
	"unicode"
)

var codePattern = regexp.MustCompile(`^[a-z_]+\.[a-z_]+$`)

// checkMessage checks that a refusal is one a person can read.
func checkMessage(t reporter, r *Refusal) {
	t.Helper()
	if !codePattern.MatchString(r.Rule) {
		t.Errorf("rule code %q", r.Rule)
	}
	if !strings.HasSuffix(r.Message, "。") || !strings.ContainsFunc(r.Message, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
		t.Errorf("%s: %q is no Chinese sentence", r.Rule, r.Message)
	}
	if strings.Contains(r.Message, "%!") {
		t.Errorf("%s: %q is badly formatted", r.Rule, r.Message)
	}
}
