package events

// Notice is one year's arrangement of holidays (放假安排) as the one who may order it
// published it: the days off, and the weekend days that are worked instead (调休). Weekends
// that are simply off are not in it. A day may lie in the December before Year.
type Notice struct {
	Year   int         `json:"year"`
	Papers []string    `json:"papers,omitzero"` // the documents it stands in
	Days   []NoticeDay `json:"days"`
}

// NoticeDay is one day that a [Notice] speaks of.
type NoticeDay struct {
	Date Date   `json:"date"`
	Name string `json:"name"` // 国庆节
	Off  bool   `json:"off"`  // false: a weekend day that is worked
}
