// Package notice tells people and systems what has come up for them: an inbox in the
// program, letters, the group robots of 企业微信, 钉钉 and 飞书, and signed webhooks.
//
//	log ─▶ Reader ─▶ About: which fact is of whose concern ─▶ outbox ─▶ Sender ─▶ channels
//	                 (pure)                                   (Postgres)   (claims, tries, backs off)
//
// The [Outbox] is a schema of its own beside the read models. It is no record: lost, it is
// filled again from the last [Window] of the log, and the worst that comes of it is a
// repeat. It does not take part in a rebuild, so a rebuild tells nobody anything. A
// notice's id is made of the command that caused it, so the same step is one notice however
// often it is read; a delivery is one notice to one address, and is claimed by one process.
//
// # Once, or at least once
//
// Each attempt is recorded before it and its outcome after it. What surely did not arrive
// (nobody there, refused in so many words) is tried again, [attempts] times. What may have
// arrived (the other end hung, cut the line, answered 5xx or nothing that says it took the
// message; the process died over it) depends on who is told:
//
//   - A person, by letter or group robot, is told no second time by the program. The delivery
//     is set aside and /admin/notices asks somebody to look and to say 再发 or 送到了. Nothing
//     is lost meanwhile: the inbox has it.
//   - A system, by webhook, is told again until it surely has it: at least once, under one id,
//     by which a receiver knows a repeat.
//
// Nothing here is waited for by a command. A channel that hangs, fails or lies keeps its own
// deliveries back and no others; what failed too often waits at /admin/notices, too.
//
// # What a notice says
//
// The item's number, what it is about in fixed words, days, and what a slip is called. No
// free text of any fact, no title, no name and no word of a petitioner is ever in it; what
// concerns 举报, 涉稳 and 保密 stays in the inbox and goes to no channel. A test fills every
// fact with personal data and looks for it in the notices.
//
// # The public
//
// Who follows a released item (package domain/follow) gets letters by the channel
// [FollowChannel]: one that asks whether it was he, and then one for the public steps of the
// item, by their names. Deliveries name the follow; the address is opened only to write the
// letter, and stands nowhere here.
//
// # When
//
// Letters and robots keep to working hours ([calendar.Calendar.InHours]) unless the person
// wants them always. Whatever waits for one address when it is sent goes as one message.
//
// What a person ordered with one tap and may take back ([domain.UndoWindow]) is held until
// then; when it is taken back it is as if it had never been said.
package notice
