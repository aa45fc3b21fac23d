package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"xiaohao/domain"
)

// banned are words of what the tracker must never have (domain.md §6, 国办函〔2026〕12号):
// points, check-ins, time spent online, tracks, rankings of people or units.
var banned = regexp.MustCompile(`积分|打卡|签到|在线时长|学习时长|点赞|排行|名次|排名|末位|轨迹|红旗单位|得分榜`)

// saidNot are sentences that say there is no such thing.
var saidNot = strings.NewReplacer("不排名次", "", "不排名", "", "没有积分", "", "不打卡", "")

// TestVocabulary reads every word that people can meet, in templates, scripts and the words
// of the program, and finds none of those; and no command demands a file of evidence or a place by satellite.
func TestVocabulary(t *testing.T) {
	comment := regexp.MustCompile(`(?m)//.*$`)
	read := 0
	for _, root := range []string{"templates", "static/src", "../web", "../domain", "../events", "../projections"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			ext := filepath.Ext(path)
			if strings.HasSuffix(path, "_test.go") || ext != ".go" && ext != ".html" && ext != ".js" {
				return nil
			}
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text := string(b)
			if ext == ".go" {
				text = comment.ReplaceAllString(text, "")
			}
			read++
			if w := banned.FindString(saidNot.Replace(text)); w != "" {
				t.Errorf("%s says %q", path, w)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 100 {
		t.Errorf("only %d files were read", read)
	}
	for _, sp := range domain.Specs() {
		for _, f := range domain.Fields(sp.New()) {
			if f.Need && (f.Name == "sha256" || f.Name == "location") {
				t.Errorf("%s asks for %s", sp.Name, f.Name)
			}
		}
	}
}
