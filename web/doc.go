// Package web serves every page, the JSON API and the live updates of the tracker.
//
// It stands on three things and joins them: domain.Desk takes commands, projections.Store
// answers queries, an Opener opens what was sealed for the one person who may read it. It
// keeps nothing itself but, in memory, a few counters against guessing, the ledgers that were
// handed in and are not imported yet, and answers to the public without what is personal.
//
// # Files
//
// Evidence may come with a file (upload.go): it is read into memory, four requests at a time,
// kept by [Files] and then named by the command, so a refused command leaves nothing that
// anybody can see. A file is sent (evidence.go) to staff who may see its item and only when a
// fact of that item names it. Nothing of it is public: the public sees pictures that the server
// made of photos, with parts covered, once a second person released them (photo.go).
//
// # Personal data and the audit trail
//
// Names and numbers are masked. Whoever needs them gives the command reveal (reveal.go), whose
// record names him and his reason; its id goes into a cookie, and the page it leads to asks the
// record again whether it is his and still fresh, so no process keeps anything. Whatever leaves as a
// file is asked for by POST and recorded before its first byte ([Server.exported]), as is who
// tried what is not his ([Server.refusedTo]); package trail writes both.
//
// # Papers
//
// Ledgers (export.go), reports (reports.go) and papers of one item (papers.go) are made by the
// packages under web/paper, into a temporary file first: what fails is a page, never half a
// file. A ledger has the rows that /items shows for the same address and the same eyes.
//
// # A request
//
// [Server.around] puts the same things around every route: an id, security headers, gzip,
// recovery, the check that a form was not sent from another site, the display switches, the
// permission to write and the limit on bodies. Then the route table answers (publicRoutes,
// staffRoutes, apiRoutes). A handler returns an error instead of writing one; fail turns it
// into a page or, under /api/, into a problem object. One table (troubleOf) holds status and
// words of every error.
//
// # Who is asking
//
// People sign in (signin.go) and have a session cookie, programs send a token as
// Authorization: Bearer; package web/account knows both, who.go asks it once a request and
// gives the [events.Actor] of the post that is worn. A session that still needs a password of
// one's own or a second factor opens only the page that mends it. Everybody else is the
// public, held to a rate (guard.go), and may raise, query and answer. In the demonstration a
// person who has not signed in says at /act whom to act as (act.go), a program by the header
// Xiaohao-Act; without Config.Demo neither counts.
//
// # Who sees what
//
// A route of staff names the view that it shows ([Server.sees]; [Server.staff] is the ledger),
// and package rights says whose roles have it. Which items exist for the person is a
// rights.Sight: [Server.filter] hands it to every list, search, count and board, [Server.see]
// asks it for every address. What lies outside is absent, and answers exactly like a number
// that was never given. TestWalk of cmd/xiaohao opens every route as every role.
//
// # Pages
//
// One template a page, on layout.html and parts*.html, filled by a typed struct that embeds
// [Page] and rendered in full before the first byte is sent. They read and send without
// JavaScript; static/src/app.js only adds. A GET records nothing. What the public reads comes
// from projections.PublicItem, which has whitelisted fields only.
//
//	public      public*.go home, 回音壁, released item · raise.go, receipt.go · query.go, answer.go, answer_kept.go
//	            deadline.go 怎么算的 · roots.go
//	photos      photo.go parts covered by staff · public_photo.go what the public sees of them
//	letters     follow.go
//	open data   public_open.go: /open, /feed/…, /p/{id}/feed.xml, /sitemap.xml, /robots.txt
//	signing in  signin.go · me.go /account · who.go, act.go
//	items       items.go ledger · item*.go · form.go, bind.go, give.go commands · evidence.go, upload.go
//	by person   desk*.go office · unit.go · leader.go · inbox.go what came up · live.go staff pages that renew themselves
//	            odd.go evaluations that look made
//	oversight   board.go, kpi.go, charts.go · supervision.go slips, draws
//	papers      export.go · reports.go · papers.go · import*.go ledgers handed in
//	admin       admin.go units, officers, ledgers, duties · admin_rules.go, admin_calendar.go, limits.go time · permissions.go · inbox.go /admin/notices
//	audit       audit.go the trail, audit_export.go it as a file · reveal.go personal data, shown once
//	programs    api.go, openapi.go · status.go, ready.go, metrics.go
//	around all  server.go routes · guard.go, gzip.go, limiter.go, errors.go, toofast.go · render.go, funcs.go, input.go, static.go
package web
