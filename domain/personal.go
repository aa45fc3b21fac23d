package domain

import (
	"strings"

	"xiaohao/domain/detect"
)

// noPersonal refuses a text that is not sealed, or that the public may read, in which a
// number of somebody's stands. An office's line with its area code is none.
func noPersonal(field, command, label, text string) *Refusal {
	var found []string
	for _, k := range detect.Kinds(detect.In(text)) {
		if k != detect.Landline {
			found = append(found, k.Zh())
		}
	}
	if len(found) == 0 {
		return nil
	}
	return refuseAt(field, command+".personal", "%s：像是写了%s，请去掉。", label, strings.Join(found, "、"))
}
