package web

import (
	"cmp"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"xiaohao/domain"
)

// undoable are the commands whose giver may take them back for a moment.
var undoable = map[string]bool{"instruct": true, "supervise": true}

// undoUntil is until when the next page shows the button, for its address.
func (s *Server) undoUntil() string {
	return strconv.FormatInt(s.cfg.Now().Add(domain.UndoWindow).Unix(), 10)
}

// undo is the button that takes back the 批示 or 督办 that was just given, nil when there is
// none or its time is over. The rule decides; the address only says until when to show it.
func (s *Server) undo(r *http.Request) *commandForm {
	q := r.URL.Query()
	until, err := strconv.ParseInt(q.Get("undo"), 10, 64)
	number := cmp.Or(q.Get("n"), r.PathValue("number"))
	if err != nil || number == "" || s.cfg.Now().Unix() > until {
		return nil
	}
	return &commandForm{Command: "take_back", Action: commandPath(number, "take_back"), ID: uuid.NewString(), Back: withQuery(r.URL.RequestURI(), nil)}
}
