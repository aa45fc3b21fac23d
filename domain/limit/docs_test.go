package limit

import (
	"flag"
	"os"
	"strings"
	"testing"

	"xiaohao/events"
)

var update = flag.Bool("update", false, "write docs/limits.md anew")

const page = "../../docs/limits.md"

// TestLimitsPage holds docs/limits.md to the presets.
func TestLimitsPage(t *testing.T) {
	var b strings.Builder
	b.WriteString("# 时限规则（预设）\n\n由 `domain/limit` 写出：`go test ./domain/limit -update`。办公室在 `/admin/rules` 或用 `xiaohao rules set` 改，每次改动都是一条记录；已经定下的期限不变。\n\n" +
		"几行都对得上时，写得最细的一行算数；一样细时，依次看小类、类别、整改类型、紧急、办理方式。`3wd` 是 3 个工作日，`7d` 是 7 天，`24h` 是 24 小时。\n\n" +
		"| 环节 | 类别 | 整改类型 | 紧急 | 办理方式 | 时限 | 写法 |\n|---|---|---|---|---|---|---|\n")
	for _, r := range Shipped().Rows() {
		cells := []string{r.Stage.Zh(), r.Category, r.Mode.Zh(), r.Urgency.Zh(), r.Preset.Zh(), r.Zh(), "`" + r.Text() + "`"}
		b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
	}
	if *update {
		if err := os.WriteFile(page, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != b.String() {
		t.Error("docs/limits.md is stale: go test ./domain/limit -update writes it")
	}
	for _, s := range events.Stages {
		if !strings.Contains(b.String(), "| "+s.Zh()+" |") {
			t.Errorf("%s is not told", s)
		}
	}
}
