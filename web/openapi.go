package web

import (
	"net/http"
	"slices"
	"strings"

	"xiaohao/domain"
	"xiaohao/events"
)

// schema is the part of JSON Schema that the description uses.
type schema struct {
	Ref                  string             `json:"$ref,omitempty"`
	Type                 string             `json:"type,omitempty"`
	Format               string             `json:"format,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Enum                 []string           `json:"enum,omitempty"`
	MaxLength            int                `json:"maxLength,omitempty"`
	MaxItems             int                `json:"maxItems,omitempty"`
	Minimum              *float64           `json:"minimum,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	Required             []string           `json:"required,omitempty"`
	AdditionalProperties *bool              `json:"additionalProperties,omitempty"`
}

type openapi struct {
	OpenAPI    string                       `json:"openapi"`
	Info       apiInfo                      `json:"info"`
	Paths      map[string]map[string]*apiOp `json:"paths"`
	Components components                   `json:"components"`
}

type apiInfo struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description"`
}

type components struct {
	Schemas         map[string]*schema  `json:"schemas"`
	SecuritySchemes map[string]security `json:"securitySchemes"`
}

type security struct {
	Type   string `json:"type"`
	Scheme string `json:"scheme,omitempty"`
	In     string `json:"in,omitempty"`
	Name   string `json:"name,omitempty"`
}

type apiOp struct {
	OperationID string                 `json:"operationId"`
	Summary     string                 `json:"summary"`
	Description string                 `json:"description,omitempty"`
	Parameters  []apiParam             `json:"parameters,omitempty"`
	RequestBody *apiBody               `json:"requestBody,omitempty"`
	Responses   map[string]apiResponse `json:"responses"`
	Security    []map[string][]string  `json:"security,omitempty"`
}

type apiParam struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Required    bool    `json:"required,omitempty"`
	Description string  `json:"description,omitempty"`
	Schema      *schema `json:"schema"`
}

type apiBody struct {
	Required bool                `json:"required"`
	Content  map[string]apiMedia `json:"content"`
}

type apiMedia struct {
	Schema *schema `json:"schema"`
}

type apiResponse struct {
	Description string              `json:"description"`
	Content     map[string]apiMedia `json:"content,omitempty"`
}

// apiPath is where a command is posted.
func apiPath(sp domain.Spec) string {
	if sp.Starts {
		return "/api/v1/items"
	}
	return "/api/v1/items/{number}/" + sp.Name
}

// describe makes the description of the whole interface from the table of commands.
func describe() openapi {
	d := openapi{OpenAPI: "3.1.0", Info: apiInfo{"整改销号", version, "整改事项的登记、办理、核查、销号。每个操作一个地址；字段、角色、状态与页面用的是同一张表。"},
		Paths: map[string]map[string]*apiOp{}, Components: components{Schemas: map[string]*schema{}, SecuritySchemes: map[string]security{
			"token": {Type: "http", Scheme: "bearer"}, "act": {Type: "apiKey", In: "header", Name: actHeader}}}}
	str := &schema{Type: "string"}
	d.Components.Schemas["problem"] = &schema{Type: "object", Description: "RFC 9457", Properties: map[string]*schema{"type": str, "title": str, "status": {Type: "integer"}, "detail": str,
		"errors": {Type: "array", Items: &schema{Type: "object", Properties: map[string]*schema{"rule": str, "field": str, "message": str}, Required: []string{"rule", "message"}}}}, Required: []string{"type", "title", "status"}}
	d.Components.Schemas["unit"] = &schema{AnyOf: []*schema{str, {Type: "object", Properties: map[string]*schema{"id": str, "name": str}, AdditionalProperties: no()}}}
	d.Components.Schemas["leader"] = &schema{AnyOf: []*schema{str, {Type: "object", Properties: map[string]*schema{"id": str, "post": str, "rank": str}, AdditionalProperties: no()}}}
	for _, sp := range domain.Specs() {
		d.Components.Schemas[sp.Name] = objectOf(sp.Title, domain.Fields(sp.New()))
		d.put("post", apiPath(sp), commandOp(sp))
	}
	number := apiParam{Name: "number", In: "path", Required: true, Schema: str}
	d.put("get", "/api/v1/items", &apiOp{OperationID: "list_items", Summary: "台账", Parameters: filterParams(), Responses: answers("一页事项", "400"), Security: signed})
	d.put("get", "/api/v1/items/{number}", &apiOp{OperationID: "read_item", Summary: "一件", Parameters: []apiParam{number}, Responses: answers("事项、原话、能做什么", "404"), Security: signed})
	d.put("get", "/api/v1/items/{number}/timeline", &apiOp{OperationID: "read_timeline", Summary: "经过", Parameters: []apiParam{number}, Responses: answers("经过，新的在前", "404"), Security: signed})
	d.put("post", "/api/v1/items/{number}/case", &apiOp{OperationID: "export_case", Summary: "卷宗", Description: "这一件的全部记录和证明，可离线核验；个人信息仍然加锁。导出会记下来。", Parameters: []apiParam{number}, Responses: answers("卷宗文件", "403", "404"), Security: signed})
	d.describeImports()
	d.put("get", "/api/v1/roots", &apiOp{OperationID: "list_roots", Summary: "日根", Parameters: params("before"), Responses: answers("日根，新的在前；公钥", "400")})
	d.put("get", "/api/v1/board", &apiOp{OperationID: "read_board", Summary: "总览", Parameters: params("preset", "unit", "leader", "campaign", "as_of"), Responses: answers("各类件数"), Security: signed})
	d.put("get", "/api/v1/commands", &apiOp{OperationID: "list_commands", Summary: "所有操作", Responses: answers("操作、角色、状态、字段")})
	d.put("get", "/api/v1/status", &apiOp{OperationID: "read_status", Summary: "运行情况", Responses: answers("版本、位置、落后几条")})
	d.put("post", "/api/v1/query", &apiOp{OperationID: "query", Summary: "凭编号和查询码查进展", Description: "编号错和查询码错是同一个回答；连错 5 次等 10 分钟。",
		RequestBody: bodyOf(&schema{Type: "object", Properties: map[string]*schema{"number": str, "code": str}, Required: []string{"number", "code"}}), Responses: answers("进展", "404", "429")})
	return d
}

var signed = []map[string][]string{{"token": {}, "act": {}}}

func no() *bool { b := false; return &b }

func (d *openapi) put(method, path string, op *apiOp) {
	if d.Paths[path] == nil {
		d.Paths[path] = map[string]*apiOp{}
	}
	d.Paths[path][method] = op
}

func commandOp(sp domain.Spec) *apiOp {
	var words []string
	if len(sp.From) > 0 {
		words = append(words, "状态："+zhJoin(sp.From)+"。")
	}
	words = append(words, "角色："+zhJoin(sp.Roles)+"。")
	op := &apiOp{OperationID: sp.Name, Summary: sp.Title, Description: strings.Join(words, ""), RequestBody: bodyOf(&schema{Ref: "#/components/schemas/" + sp.Name}),
		Parameters: []apiParam{{Name: "Idempotency-Key", In: "header", Description: "操作的 uuid；同一个只做一次", Schema: &schema{Type: "string", Format: "uuid"}}}}
	if takesFile[sp.Name] {
		op.RequestBody.Content["multipart/form-data"] = apiMedia{withFile(sp)}
	}
	if sp.Starts {
		op.Parameters = append(op.Parameters, apiParam{Name: "Xiaohao-Proof", In: "header", Description: "没有登录时：一个数 N，使 SHA-256(\"Idempotency-Key:N\") 开头 16 位都是 0；没有就先由人看一眼，再排队", Schema: &schema{Type: "string"}})
		op.Responses = map[string]apiResponse{"201": {Description: "登记了：编号、查询码（只给一次）"}}
	} else {
		op.Parameters = append([]apiParam{{Name: "number", In: "path", Required: true, Schema: &schema{Type: "string"}}}, op.Parameters...)
		op.Parameters = append(op.Parameters, apiParam{Name: "If-Match", In: "header", Description: "看到的版次，比如 \"7\"；别人先改了就是 409", Schema: &schema{Type: "string"}})
		op.Responses, op.Security = answers("办成了：版次、记录号", "404", "409"), signed
	}
	for _, status := range []string{"400", "403", "422"} {
		op.Responses[status] = problemResponse(status)
	}
	return op
}

func zhJoin[T interface {
	events.State | events.Role
	Zh() string
}](vs []T) string {
	var words []string
	for _, v := range vs {
		words = append(words, v.Zh())
	}
	return strings.Join(words, "、")
}

func bodyOf(s *schema) *apiBody {
	return &apiBody{Required: true, Content: map[string]apiMedia{"application/json": {s}}}
}

func answers(good string, bad ...string) map[string]apiResponse {
	out := map[string]apiResponse{"200": {Description: good}}
	for _, status := range bad {
		out[status] = problemResponse(status)
	}
	return out
}

func problemResponse(status string) apiResponse {
	words := map[string]string{"400": "读不懂", "403": "不能由这个身份做", "404": "没有，或不能看", "409": "别人先改了", "422": "不能这样做，逐条写明", "429": "试得太多"}[status]
	return apiResponse{Description: words, Content: map[string]apiMedia{"application/problem+json": {&schema{Ref: "#/components/schemas/problem"}}}}
}

func params(names ...string) []apiParam {
	var out []apiParam
	for _, n := range names {
		out = append(out, apiParam{Name: n, In: "query", Schema: &schema{Type: "string"}})
	}
	return out
}

func filterParams() []apiParam {
	return params("q", "state", "group", "mode", "unit", "lead", "leader", "source", "category", "area", "campaign", "preset", "lamp", "due_from", "due", "queue", "new_in", "closed_in",
		"raised_from", "raised_by", "as_of", "class", "level", "urgent", "supervision", "reopened", "returned", "unsatisfied", "size", "after")
}

// objectOf is the schema of a command's fields.
func objectOf(title string, fs []domain.Field) *schema {
	o := &schema{Type: "object", Title: title, Properties: map[string]*schema{}, AdditionalProperties: no()}
	for _, f := range fs {
		o.Properties[f.Name] = schemaOf(f)
		if f.Need {
			o.Required = append(o.Required, f.Name)
		}
	}
	return o
}

// withFile is the schema of a command's fields and the file that goes with them.
func withFile(sp domain.Spec) *schema {
	o := objectOf(sp.Title, domain.Fields(sp.New()))
	o.Properties[fileField] = &schema{Type: "string", Format: "binary", Title: "照片或文件"}
	return o
}

func schemaOf(f domain.Field) *schema {
	s := &schema{Type: "string", Title: f.Label, Description: f.Hint}
	switch f.Kind {
	case domain.Text, domain.Area:
		s.MaxLength = f.Max
	case domain.Day:
		s.Format = "date"
	case domain.Number, domain.Whole:
		zero := 0.0
		s.Type, s.Minimum = map[domain.Kind]string{domain.Number: "number", domain.Whole: "integer"}[f.Kind], &zero
	case domain.YesNo:
		s.Type = "boolean"
	case domain.Enum:
		for _, o := range f.Options {
			s.Enum = append(s.Enum, o.Value)
		}
		s.Description = strings.TrimSpace(s.Description + " " + optionWords(f.Options))
	case domain.UnitOf:
		return &schema{Ref: "#/components/schemas/unit", Title: f.Label, Description: f.Hint}
	case domain.LeadOf:
		return &schema{Ref: "#/components/schemas/leader", Title: f.Label, Description: f.Hint}
	case domain.Lines:
		s.Type, s.Items, s.MaxItems = "array", &schema{Type: "string", MaxLength: 200}, f.Max
	case domain.Units:
		s.Type, s.Items, s.MaxItems = "array", &schema{Ref: "#/components/schemas/unit"}, f.Max
	case domain.Rows:
		s.Type, s.Items, s.MaxItems = "array", objectOf(f.Label, f.Fields), f.Max
	}
	return s
}

func optionWords(os []domain.Choice) string {
	words := make([]string, len(os))
	for i, o := range os {
		words[i] = o.Value + " " + o.Label
	}
	return strings.Join(slices.Clip(words), "；")
}

func (s *Server) apiDescription(w http.ResponseWriter, _ *http.Request) error {
	return sendJSON(w, http.StatusOK, describe())
}
