package detect

import (
	"strings"
	"time"
)

// kindOf says what a string of figures is, the last one perhaps an X; "" for nothing known.
func kindOf(s string) Kind {
	switch {
	case identity(s):
		return Identity
	case mobile(s):
		return Mobile
	case bank(s):
		return Bank
	case landline(s):
		return Landline
	}
	return ""
}

// mobile knows 11 figures from 13 to 19 on, with or without the code of the country.
func mobile(s string) bool {
	for _, country := range []string{"0086", "86"} {
		if rest, ok := strings.CutPrefix(s, country); ok && len(rest) == 11 {
			s = rest
		}
	}
	return len(s) == 11 && s[0] == '1' && s[1] >= '3' && s[10] != 'X'
}

// landline knows an area code of three or four figures and a number of seven or eight.
func landline(s string) bool {
	if len(s) < 10 || len(s) > 12 || s[0] != '0' || s[1] == '0' || strings.HasSuffix(s, "X") {
		return false
	}
	area := 4
	if s[1] == '1' || s[1] == '2' { // 010, 020 to 029
		area = 3
	}
	return len(s)-area == 7 || len(s)-area == 8
}

// identity knows the number of a resident by GB 11643-1999: six figures of the place, the
// day of birth, three of the order and the check digit of ISO 7064 MOD 11-2; and the older
// form of 15 figures, which has no check digit.
func identity(s string) bool {
	if len(s) != 18 && len(s) != 15 || s[0] < '1' || s[0] > '8' {
		return false
	}
	birth := s[6:min(14, len(s))]
	if len(s) == 15 {
		birth = "19" + s[6:12]
	}
	day, err := time.Parse("20060102", birth)
	if err != nil || day.Year() < 1900 || strings.Contains(s[:len(s)-1], "X") {
		return false
	}
	if len(s) == 15 {
		return s[14] != 'X'
	}
	sum := 0
	for i, weight := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * weight
	}
	return s[17] == "10X98765432"[sum%11]
}

// cardBegins are the figures that card numbers begin with; years do not.
const cardBegins = "34569"

// bank knows card numbers of 16 to 19 figures by their Luhn digit (ISO/IEC 7812-1).
func bank(s string) bool {
	if len(s) < 16 || len(s) > 19 || strings.HasSuffix(s, "X") || !strings.Contains(cardBegins, s[:1]) {
		return false
	}
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
