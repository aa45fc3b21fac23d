package events

// PauseGround is why the time of a limit does not run for a while (domain.md §2.7: time for
// 听证、鉴定、招标、公示 is excluded).
type PauseGround string

const (
	Hearing   PauseGround = "HEARING"   // 听证
	Appraisal PauseGround = "APPRAISAL" // 鉴定、检测
	Tender    PauseGround = "TENDER"    // 招标、采购
	Posting   PauseGround = "POSTING"   // 公示
)

// PauseGrounds lists every ground.
var PauseGrounds = []PauseGround{Hearing, Appraisal, Tender, Posting}

// PauseRequested asks that the item's clock stands still (申请暂停计时), before the deadline.
type PauseRequested struct {
	Ground PauseGround `json:"ground"`
	Until  Date        `json:"until"` // the day on which it is to go on, which counts
	Reason string      `json:"reason"`
}

// PauseGranted stops the item's clock from the day on which it was asked to until a day, and
// moves the deadline by it (批准暂停计时). It ends by itself, so nothing stands still for ever.
type PauseGranted struct {
	Ground  PauseGround `json:"ground"`
	From    Date        `json:"from"`  // first day that does not count
	Until   Date        `json:"until"` // first day that does
	Due     Date        `json:"due"`
	Was     Date        `json:"was"`
	Reason  string      `json:"reason"`
	Counted Counting    `json:"counted,omitzero"`
}

// PauseDenied leaves the clock running.
type PauseDenied struct {
	Reason string `json:"reason"`
}

// PauseEnded lets the clock go on earlier than was granted (恢复计时): this day counts.
type PauseEnded struct {
	Due     Date     `json:"due"`
	Was     Date     `json:"was"`
	Reason  string   `json:"reason"`
	Counted Counting `json:"counted,omitzero"`
}

func (PauseRequested) fact() kind { return pauseRequested }
func (PauseGranted) fact() kind   { return pauseGranted }
func (PauseDenied) fact() kind    { return pauseDenied }
func (PauseEnded) fact() kind     { return pauseEnded }
