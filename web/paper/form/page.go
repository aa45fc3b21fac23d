package form

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed form.html
var pageText string

var pageTemplate = template.Must(template.New("form").Funcs(template.FuncMap{"zh": zh}).Parse(pageText))

// WriteHTML writes the form as one page that needs nothing else, for whoever makes a PDF.
func (f Form) WriteHTML(w io.Writer) error {
	if err := pageTemplate.Execute(w, f); err != nil {
		return fmt.Errorf("write form: %w", err)
	}
	return nil
}
