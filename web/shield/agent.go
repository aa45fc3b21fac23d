package shield

import "strings"

// browsers and systems, in the order in which they are looked for: most names stand in the
// strings of others, too.
var (
	browsers = []struct{ mark, name string }{{"MicroMessenger", "微信"}, {"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"QQBrowser", "QQ 浏览器"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"Trident/", "IE"}, {"curl/", "curl"}, {"Go-http-client", "程序"}, {"python", "程序"}}
	systems = []struct{ mark, name string }{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}}
)

// Agent is the class of a User-Agent: browser and system without versions, so that it tells
// a strange one from the usual and does not mark the person. "" for none at all.
func Agent(header string) string {
	name, system := "", ""
	for _, b := range browsers {
		if strings.Contains(header, b.mark) {
			name = b.name
			break
		}
	}
	for _, s := range systems {
		if strings.Contains(header, s.mark) {
			system = s.name
			break
		}
	}
	switch {
	case header == "":
		return ""
	case name == "" && system == "":
		return "其他"
	case name == "" || system == "":
		return name + system
	}
	return name + " · " + system
}
