package notice

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"xiaohao/events"
	"xiaohao/projections"
)

// FollowChannel is the name of the letters to those of the public who follow an item (关注进展),
// among the channels. Their deliveries hold the id of a follow in place of an address; the
// address is opened at the moment a letter goes out.
const FollowChannel = "follow"

// Follows are those of the public who asked for letters.
type Follows interface {
	Followers(ctx context.Context, item string, before uint64) ([]uuid.UUID, error)
}

// Recipient returns where the letters of a follow go, "" when none may go there any more.
type Recipient func(ctx context.Context, id uuid.UUID) (string, error)

// Letters reports whether letters to the public can go out at all: they need a mail server
// and links that lead back here.
func (c Config) Letters() bool { return c.Mail != nil && c.Link != "" }

// followed returns what a commit about a follow has to be told: the letter that asks whether
// the address is wanted.
func followed(c events.Recorded) (ns []Notice, ds []delivery) {
	for i, e := range c.Events {
		a, ok := e.(events.FollowAsked)
		if !ok {
			continue
		}
		n := letter(c, i, c.Item, a.Item, a.PublicID, e, "请确认：您要关注公示编号 "+a.PublicID+" 的进展。")
		ns, ds = append(ns, n), append(ds, delivery{n.ID, FollowChannel, c.Item.String(), c.Time})
	}
	return ns, ds
}

// steps returns what a commit of a public item tells those who follow it: that there was a
// step, by the step's own name, and nothing that anybody wrote.
func (r *Reader) steps(ctx context.Context, c events.Recorded, it *projections.Item) (ns []Notice, ds []delivery, err error) {
	if !r.Config.Letters() || r.Follows == nil || !it.Shown() {
		return nil, nil, nil
	}
	var told []int
	for i, e := range c.Events {
		if projections.ToldPublicly(it, e) {
			told = append(told, i)
		}
	}
	if len(told) == 0 {
		return nil, nil, nil
	}
	who, err := r.Follows.Followers(ctx, it.ID, c.Sequence)
	if err != nil {
		return nil, nil, err
	}
	for _, id := range who {
		for _, i := range told {
			n := letter(c, i, id, it.ID, it.PublicID, c.Events[i], "公示编号 "+it.PublicID+"："+events.Title(c.Events[i])+"。")
			ns, ds = append(ns, n), append(ds, delivery{n.ID, FollowChannel, id.String(), r.Now()})
		}
	}
	return ns, ds, nil
}

// letter is one line of a letter to one follow. Its box is nobody's inbox, its number the
// public one.
func letter(c events.Recorded, i int, follow uuid.UUID, item, public string, e events.Event, says string) Notice {
	kind, _ := events.TypeOf(e)
	sum := sha256.Sum256(follow[:]) // who knows the id can end it: it stands in the letters only
	b := Box("follow|" + hex.EncodeToString(sum[:8]))
	return Notice{ID: fmt.Sprintf("%s/%d/%s", c.CommandID, i, b), Box: b, Item: item, Number: public, Kind: kind, Says: says, At: c.Time}
}

// sendLetter writes one letter to one follow with every step that waits for it. One that has
// ended meanwhile gets none.
func (s *Sender) sendLetter(ctx context.Context, cs []claimed) error {
	id, err := uuid.Parse(cs[0].address)
	if err != nil {
		return fmt.Errorf("follow: %w", err)
	}
	to, err := s.Recipient(ctx, id)
	if errors.Is(err, events.ErrErased) || err == nil && to == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("recipient: %w", err)
	}
	kind, _ := events.TypeOf(events.FollowAsked{})
	subject, question := "您关注的事有新进展", "不想再收，打开"
	if cs[0].Kind == kind {
		subject, question = "请确认关注进展", "是您要的，打开下面的网址，点“确认”。不是您要的，不用理会，七天后自动销毁这个地址。"
	}
	site := strings.TrimSuffix(s.Config.Link, "/")
	var b strings.Builder
	for _, c := range cs {
		b.WriteString(c.Says + "\n")
	}
	if cs[0].Kind != kind {
		b.WriteString("看这一件：" + site + "/p/" + cs[0].Number + "\n")
	}
	fmt.Fprintf(&b, "\n%s\n%s/follow/%s\n", question, site, id)
	return s.Config.Mail.write(ctx, to, subject, b.String(), short(cs))
}
