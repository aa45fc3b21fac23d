package ledger

import (
	"regexp"
	"strings"
)

// Field is what a column of a ledger holds, whatever its heading calls it. The names are
// those of the mapping that people see, correct and have remembered.
type Field string

// The fields (domain.md §5.1, L1–L3).
const (
	Seq          Field = "seq"           // 序号, of no meaning
	Number       Field = "number"        // 编号 in the other system
	Problem      Field = "problem"       // 具体问题（原文）
	Source       Field = "source"        // 问题来源
	Raised       Field = "raised_on"     // 提出时间
	Petitioner   Field = "petitioner"    // 反映人: personal
	Phone        Field = "phone"         // 联系电话: personal
	Identity     Field = "identity"      // 身份证号, 账号: never imported
	Category     Field = "category"      // 问题类别
	Truth        Field = "truth"         // 属实情况
	ModeField    Field = "mode"          // 整改类型
	Goal         Field = "goal"          // 整改目标
	Measures     Field = "measures"      // 整改措施
	LeadUnit     Field = "lead_unit"     // 牵头单位
	CoUnits      Field = "co_units"      // 责任单位 beside a 牵头单位, 配合单位
	Leader       Field = "linked_leader" // 挂钩领导
	Officer      Field = "officer"       // 责任人
	DeadlineDay  Field = "deadline"      // 整改时限
	Progress     Field = "progress"      // 进展情况
	QuantityOf   Field = "quantity"      // 完成数量/总量
	Status       Field = "status"        // 是否完成
	Done         Field = "done_on"       // 实际完成时间
	ClosedOn     Field = "closed_on"     // 销号时间
	ClosedBy     Field = "closed_by"     // 销号审批人
	Satisfaction Field = "satisfaction"  // 群众满意度
	Publicity    Field = "publicity"     // 公开情况
	Evidence     Field = "evidence"      // 佐证材料
	Area         Field = "area"          // 地点
	Note         Field = "note"          // 备注
	Ignored      Field = ""              // not known, kept in the workbook only
)

// Fields are all fields a column can be mapped to, in the order people choose from.
var Fields = []Field{Problem, LeadUnit, CoUnits, DeadlineDay, ModeField, Status, Measures, Goal, Progress, Number, Source, Raised, Category, Area,
	Leader, Officer, QuantityOf, Done, ClosedOn, ClosedBy, Truth, Satisfaction, Publicity, Evidence, Petitioner, Phone, Identity, Note, Seq}

// several says which fields more than one column may hold.
var several = map[Field]bool{CoUnits: true, Status: true, Progress: true, Measures: true, Note: true, Phone: true, Identity: true, Officer: true,
	ModeField: true, QuantityOf: true, Evidence: true, Source: true, Petitioner: true, Leader: true, Goal: true}

// wording is one way in which headings name a field. The heaviest that fits wins; not
// excludes headings that only contain the word.
type wording struct {
	field  Field
	weight int
	re     *regexp.Regexp
	not    *regexp.Regexp
}

func word(f Field, weight int, re, not string) wording {
	w := wording{field: f, weight: weight, re: regexp.MustCompile(re)}
	if not != "" {
		w.not = regexp.MustCompile(not)
	}
	return w
}

const (
	notProblem = `类|来源|编号|序号|编码|数|时间|日期|是否|单位|责任|属性|性质|级别|等级|状态|原因|对象|人$|电话|地点|依据|领域|方面|层级|销号|完成|时限|期限|整改(情况|措施|进展|结果|目标)|措施|部门|点位|区域|核实`
	notUnit    = `督办|督导|督查|监督|验收|填报|填表|反映|投诉|诉求|来电|来访|报送|核查|审核|监管|指导|反馈|交办|配合|协|来源|领导|意见|数|负责人$|联系人$|主要.*人$|电话|时间|是否|签|公示`
	notDate    = `实际|是否|状态|情况$|公示|延期|超`
)

// wordings is what real ledgers call their columns.
var wordings = []wording{
	word(Seq, 120, `^(序号|序|项次|行号|编次|no\.?|顺序号|№)$`, ""),
	word(Number, 110, `编号|编码|文号|工单号|受理号|案号|问题号|流水号|台账号|信访件号|单号|件号`, `身份|证件`),
	word(Identity, 130, `身份证|证件号|社保号|银行卡|银行账|账号|卡号|开户`, ""),
	word(Phone, 125, `电话|手机|联系方式|联络方式`, ""),

	word(Problem, 100, `具体问题|问题描述|存在(的)?(主要|突出|具体)?问题|问题内容|反馈(的)?(具体|主要)?问题|问题表述|问题详情|具体表现|问题及表现|主要问题|突出问题|问题原文|(查摆|检视|查找|发现|反映|指出|整改|查出|审计|巡察|督察|自查|检查|交办)(的|出的)?问题|交办问题基本情况|问题基本情况|诉求内容|反映(的)?内容|反映(的)?情况|意见内容|意见建议|意见和建议|具体意见|问题事项|原文|来访内容|来电内容|信访内容|问题简述|问题线索`, notProblem),
	word(Problem, 90, `问题`, notProblem),
	word(Problem, 85, `意见$|^意见|诉求|反映事项|信访事项|来访事由|工单内容|事由|建议内容|^建议$|困难|投诉内容|举报内容`, notProblem+`|处理意见|解决|审核|审批`),
	word(Problem, 70, `^内容$|具体内容|整改事项|^事项$|事项(内容|名称|描述)|案情|线索|隐患|短板|不足|薄弱环节|表现|缺陷|病灶`, notProblem),
	word(Problem, 60, `整改内容|任务(内容|名称)?$|重点任务|督察反馈`, notProblem),
	word(Problem, 40, `名称|标题|概述|摘要|简述|主题`, notProblem),

	word(LeadUnit, 100, `牵头(责任)?(单位|部门|处室|科室|乡镇|镇街)|主办(单位|部门)?$|主责(单位|部门)|第一责任(单位|部门)|主体责任(单位|部门)|^牵头$|首要责任单位`, notUnit),
	word(LeadUnit, 80, `责任(单位|部门|主体|科室|处室|乡镇|街道|股室)|承办(单位|部门|科室)|落实(单位|部门)|办理(单位|部门)|整改(单位|部门|主体|科室)|处置(单位|部门)|主管(单位|部门)|责任分工|承接(单位|部门)|负责(单位|部门|科室)|受理单位|责任归属`, notUnit),
	word(LeadUnit, 60, `^(单位|部门|单位名称|科室|乡镇|镇街|单位部门|承办|主体)$|实施(单位|部门)|被(巡察|审计|检查|督察|反馈)(单位|党组织)|涉及(单位|部门)|所属(单位|部门)|属地`, notUnit),
	word(CoUnits, 105, `配合|协办|协同|会办|协助|参与(单位|部门)|共同责任|其他责任(单位|部门)|次要责任`, `情况|时间`),
	word(CoUnits, 70, `责任(单位|部门|乡镇|街道|科室)|承办(单位|部门)|落实(单位|部门)|整改(单位|部门)|属地`, notUnit),
	word(Leader, 100, `挂钩|包案|联系领导|分管领导|责任领导|牵头领导|包保|包联|督办领导|挂牌领导|县领导|市领导|镇领导|处级领导|领导$|^领导`, `意见|批示|签|小组|责任人$`),
	word(Officer, 80, `责任人|承办人|负责人|经办人|联系人|办理人|具体人员|联络员`, `处理|问责|签`),

	word(Goal, 90, `目标|整改标准|预期成效|工作标准|销号标准|验收标准`, `数|量`),
	word(Measures, 95, `措施|举措|整改方案|解决(办法|方案|途径)|具体做法|整改要求|工作要求|整改意见|整改建议|工作安排|整改思路`, `落实情况|完成情况|进展`),
	word(Measures, 55, `整改内容|整改任务|整改计划|任务`, `时间|时限`),

	word(DeadlineDay, 100, `时限|期限|限期|截止|限办|^期限$`, notDate+`|类`),
	word(DeadlineDay, 95, `(计划|预计|拟|要求|规定|承诺|目标|限定|应|约定|拟定|最迟|最晚)(于)?(的)?(整改|完成|办结|销号|解决|到位)*(时间|日期|节点|时点)`, notDate),
	word(DeadlineDay, 85, `时间节点|时间要求|时间安排|进度安排|何时(解决|完成)|整改节点|完成节点|deadline|到期(日|时间)`, notDate),
	word(DeadlineDay, 65, `(整改|完成|解决|落实|整改完成|整改到位|完成整改)(的)?(时间|日期)$`, notDate+`|开始|启动`),
	word(Done, 100, `实际.*(时间|日期)`, `销号`),
	word(Done, 60, `(整改|完成|整改完成|办结|解决|落实|整改到位|完成整改|办理完成|结案)(的)?(时间|日期)$`, `开始|启动`),
	word(Done, 30, `办结(时间|日期)`, ""),
	word(ClosedOn, 115, `(销号|备案)(的)?(时间|日期)|(时间|日期).*销号`, `计划|预计|拟|要求`),
	word(ClosedBy, 112, `销号.*(审批|审核|人|签|领导)|审批人|批准人`, `时间|日期|是否|情况`),
	word(Raised, 75, `(提出|反馈|交办|发现|收集|接件|登记|受理|来电|来访|反映|检查|移交|转办|诉求|接访|走访|立项|问题|接收|投诉)(的)?(时间|日期)`, ""),
	word(Raised, 30, `^(时间|日期)$`, ""),

	word(Truth, 105, `属实`, ""),
	word(ModeField, 100, `整改(类型|方式|类别|性质|分类|模式|形式)|办理方式|办理类型|改正方式|时限类型|立改类型|整改属性`, ""),
	word(Status, 102, `状态|是否(已)?(完成|整改|销号|办结|到位|解决|立行立改|整改到位)|完成与否|销号与否|销号情况|^销号$|完成情况|办结情况|整改结果|办理结果|整改到位情况|完成进度|完成率|是否.*(完成|销号|办结)`, `属实|公开|公示|满意|延期`),
	word(Progress, 80, `进展|进度|落实情况|整改情况|办理情况|处理情况|处理结果|处理和整改情况|解决情况|整改成效|成效|整改落实|工作情况|办理过程|推进情况|结果$|目前情况`, `人被|人员|问责|属实|公开|公示|满意|时间|日期`),
	word(QuantityOf, 101, `数量|完成量|总量|工程量|任务数|完成数|目标数|户数|人数|受益`, ""),
	word(Satisfaction, 100, `满意|评价|回访`, ""),
	word(Publicity, 90, `公开|公示`, ""),
	word(Evidence, 80, `佐证|证明材料|附件|印证|支撑材料|档案`, ""),
	word(Source, 78, `来源|渠道|出处|交办(单位|部门|文)|反馈(单位|来源|对象)|督(办|察|查)单位|提出(单位|人)`, ""),
	word(Area, 60, `地点|位置|区域|行政区|地址|^村|点位|所在地|属地$`, `电话`),
	word(Petitioner, 70, `反映人|诉求人|姓名|来访人|来电人|投诉人|户主|信访人|举报人|当事人|申请人|意见人`, ""),
	word(Category, 75, `类别|类型|分类|领域|方面|性质|问题属性|板块|专题`, ""),
	word(Note, 90, `备注|说明$|^其他$|附注|备考`, ""),
}

// candidate is one thing that a heading may mean.
type candidate struct {
	field  Field
	weight int
}

// meanings returns what a heading may mean, heaviest first per field. A heading is short:
// a sentence is none.
func meanings(heading string) []candidate {
	full := strings.ToLower(squeeze(heading))
	h, in := outside(full)
	if h == "" {
		h = in
	}
	h = strings.Trim(enumerator.ReplaceAllString(h, ""), ":*＊·、. ")
	if h == "" || len([]rune(h)) > 24 {
		return nil
	}
	var out []candidate
	for _, w := range wordings {
		if w.re.MatchString(h) && (w.not == nil || !w.not.MatchString(h)) {
			out = append(out, candidate{w.field, w.weight - len([]rune(h))/6})
		}
	}
	return out
}

// tickMeaning is what a heading means whose column holds only ticks: 已完成, 限期改.
func tickMeaning(heading string) (Field, bool) {
	h, _ := outside(squeeze(heading))
	if _, ok := readMode(h); ok {
		return ModeField, true
	}
	return Status, readClauses(h).says()
}

var fieldNames = map[Field]string{Seq: "序号", Number: "编号", Problem: "具体问题", Source: "问题来源", Raised: "提出时间", Petitioner: "反映人",
	Phone: "联系电话", Identity: "证件或账号", Category: "问题类别", Truth: "属实情况", ModeField: "整改类型", Goal: "整改目标", Measures: "整改措施",
	LeadUnit: "牵头单位", CoUnits: "责任或配合单位", Leader: "挂钩领导", Officer: "责任人", DeadlineDay: "整改时限", Progress: "进展情况",
	QuantityOf: "完成数量", Status: "是否完成", Done: "实际完成时间", ClosedOn: "销号时间", ClosedBy: "销号审批人", Satisfaction: "满意度",
	Publicity: "公开情况", Evidence: "佐证材料", Area: "地点", Note: "备注", Ignored: "不导入"}

// Zh is what people call the field.
func (f Field) Zh() string { return fieldNames[f] }

// Check refuses a mapping that names a field there is not.
func (m Mapping) Check() error {
	for heading, f := range m {
		if _, ok := fieldNames[f]; !ok {
			return refuse("mapping", "对照表里“"+heading+"”对应的“"+string(f)+"”不是台账的字段。")
		}
	}
	return nil
}
