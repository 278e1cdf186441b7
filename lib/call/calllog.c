/* SPDX-License-Identifier: MIT */
#include "call/calllog.h"

#include "base/clock.h"
#include "base/sha256.h"
#include "base/str.h"
#include "call/party.h"
#include "call/status.h"
#include "io/jsonx.h"

/* A row while it is read. */
struct row {
	struct rec *rec;
	const struct project *project;
	int64_t at;
	enum { DIR_IN, DIR_OUT, DIR_INTERNAL } direction;
	bool leg;
	enum status status;
	struct party caller, dst, connected, shown;
	bool out;                   /* one of us called */
	const struct party *client; /* caller or dst; NULL: no client */
};

/* ---- writing ---- */

static void
key(struct buf *b, const char *name)
{
	if (b->p[b->len - 1] != '{')
		buf_chr(b, ',');
	buf_fmt(b, "\"%s\":", name);
}

static void
put_text(struct buf *b, const char *name, struct span s)
{
	if (!s.p || s.n == 0)
		return;
	key(b, name);
	json_quote(b, s);
}

/* A member of the row as text under another name; empty ones are left out. */
static void
put_field(struct buf *b, const char *name, struct row *row, const char *from)
{
	struct span s = rec_str(row->rec, from);

	put_text(b, name, str_trim(s.p ? s : str_span("")));
}

static size_t
open_object(struct buf *b, const char *name)
{
	size_t at = b->len;

	key(b, name);
	buf_chr(b, '{');
	return at;
}

/* Nothing in it: as if it had never been opened. */
static void
close_object(struct buf *b, size_t at)
{
	if (b->p[b->len - 1] != '{') {
		buf_chr(b, '}');
		return;
	}
	buf_cut(b, at);
}

/* ---- reading ---- */

static void
read_party(struct row *row, const char *field, struct party *out)
{
	struct span s = rec_str(row->rec, field);

	party_read(s.p ? s : str_span(""), row->project, out);
}

/* The epoch inside "ua7_-1795072361.4410274", 0 if there is none. */
static int64_t
id_epoch(struct span id)
{
	const char *bar = id.p ? memchr(id.p, '_', id.n) : NULL;
	struct span s = id;
	const char *dot;
	int64_t v = 0;

	if (bar)
		s = (struct span){bar + 1, id.n - (size_t)(bar + 1 - id.p)};
	if (s.n && s.p[0] == '-')
		s = (struct span){s.p + 1, s.n - 1};
	dot = s.n ? memchr(s.p, '.', s.n) : NULL;
	if (dot)
		s.n = (size_t)(dot - s.p);
	return str_num(s, 1000000000, 9999999999, &v) ? v * 1000 : 0;
}

/* In the hour that comes twice, a time without offset is two instants. */
static bool
same_wall_clock(int64_t a, int64_t b)
{
	enum { LENGTH = 19 }; /* without the offset */
	struct buf x = {0}, y = {0};
	bool same;

	clock_local(a, &x);
	clock_local(b, &y);
	same = memcmp(x.p, y.p, LENGTH) == 0;
	buf_free(&x);
	buf_free(&y);
	return same;
}

static int
read_time(struct row *row, struct err *e)
{
	struct span date = rec_str(row->rec, "calldate");
	bool given = date.n > 0, zoned = false;
	bool good = given && clock_parse(str_trim(date), &row->at, &zoned);
	int64_t begun = id_epoch(rec_str(row->rec, "uniqueid"));

	if (begun && (!good || (!zoned && same_wall_clock(begun, row->at))))
		row->at = begun;
	if (good || begun)
		return 0;
	if (!given)
		return err_set(
		    e, ERR_INPUT, "no calldate: not a row of the call log");
	return err_set(e, ERR_INPUT, "calldate is no date");
}

static bool
is_client(const struct party *p)
{
	return p->kind == PARTY_PHONE || p->kind == PARTY_ODD;
}

/* A row may lack the type: then it is outgoing if one of us rang a client. */
static bool
is_outgoing(const struct row *row, struct span type)
{
	if (type.n == 0)
		return row->caller.kind > PARTY_HIDDEN &&
		       !is_client(&row->caller) && is_client(&row->dst);
	return str_ieq(type, "out") || str_ieq(type, "transitout");
}

/*
 * The client is the side that is a phone and isn't ours: on an incoming call
 * the caller if it can be, on an outgoing one whom we dialled. A callback
 * started by API has it the other way round.
 */
static void
read_sides(struct row *row)
{
	struct span type = rec_str(row->rec, "call_type");
	const struct party *first, *second;

	row->out = is_outgoing(row, type);
	row->leg = str_ieq(type, "transitin") || str_ieq(type, "transitout");
	first = row->out ? &row->dst : &row->caller;
	second = row->out ? &row->caller : &row->dst;
	row->direction = row->out ? DIR_OUT : DIR_IN;
	if (is_client(first) || (!row->out && first->kind <= PARTY_HIDDEN))
		row->client = first;
	else if (is_client(second))
		row->client = second;
	else if (first->kind > PARTY_HIDDEN)
		row->direction = DIR_INTERNAL;
}

static void
read_status(struct row *row)
{
	int64_t talk = 0;

	rec_int(row->rec, "billsec", &talk);
	row->status = status_of(rec_str(row->rec, "disposition"), talk);
}

/* ---- the record ---- */

/* A call without an id gets one of its own: time and a hash of what is fixed.
 */
static void
put_id(struct buf *b, struct row *row)
{
	struct span id = rec_str(row->rec, "uniqueid");
	char hash[SHA256_HEX];
	struct buf fixed = {0};

	if (id.p && str_trim(id).n) {
		put_text(b, "id", str_trim(id));
		return;
	}
	buf_fmt(&fixed, "%lld\n%s\n%s\n%d", (long long)row->at,
	    row->caller.text, row->dst.text, row->direction);
	sha256_hex((struct span){fixed.p, fixed.len}, hash);
	key(b, "id");
	buf_fmt(b, "\"x%lld.%.16s\"", (long long)(row->at / 1000), hash);
	buf_free(&fixed);
}

static void
put_client(struct buf *b, const struct row *row)
{
	size_t at = open_object(b, "client");

	if (row->client && is_client(row->client)) {
		put_text(b, "phone", str_span(row->client->text));
		if (row->client->kind == PARTY_ODD) {
			key(b, "unread"); /* no number that we can read */
			buf_str(b, "true");
		}
	}
	close_object(b, at);
}

static bool
is_number(const struct party *p)
{
	return p->kind == PARTY_PHONE || p->kind == PARTY_OURS;
}

/* Our number that the client called or saw. */
static void
put_line(struct buf *b, const struct row *row)
{
	const struct party *line =
	    row->direction == DIR_OUT ? &row->shown : &row->dst;

	if (is_number(line) && row->client &&
	    strcmp(line->text, row->client->text) != 0)
		put_text(b, "line", str_span(line->text));
}

/* Who took the call, or made it. */
static void
put_answerer(struct buf *b, struct row *row)
{
	const struct party *made =
	    row->client == &row->caller ? &row->dst : &row->caller;
	const struct party *who = row->out ? made : &row->connected;
	size_t at = open_object(b, "answered_by");
	bool client = row->client && !strcmp(who->text, row->client->text);
	int64_t staff;

	if (who->kind == PARTY_SIP)
		put_text(b, "sip", str_span(who->text));
	else if (is_number(who) && !client)
		put_text(b, "phone", str_span(who->text));
	else if (who->kind == PARTY_EXTENSION)
		put_text(b, "extension", str_span(who->text));
	if (rec_int(row->rec, "employee_number", &staff) && staff > 0)
		put_field(b, "staff_id", row, "employee_number");
	put_field(b, "name", row, "employee_fio");
	close_object(b, at);
}

static void
put_seconds(struct buf *b, struct row *row)
{
	static const char *const names[][2] = {
	    {"total", "duration"}, {"wait", "waittime"}, {"talk", "billsec"}};
	size_t at = open_object(b, "seconds");
	int64_t v;

	for (size_t i = 0; i < 3; i++) {
		if (rec_int(row->rec, names[i][1], &v) && v >= 0) {
			key(b, names[i][0]);
			buf_fmt(b, "%lld", (long long)v);
		}
	}
	close_object(b, at);
}

/* The address may be there although no file is: has_recording tells. */
static void
put_recording(struct buf *b, struct row *row)
{
	int64_t has = 1;

	rec_int(row->rec, "has_recording", &has);
	if (has == 0)
		return;
	if (rec_str(row->rec, "recording").n)
		put_field(b, "recording", row, "recording");
	else
		put_field(b, "recording", row, "recording_wav");
}

static void
put_source(struct buf *b, struct row *row)
{
	static const char *const names[][2] = {{"utm_source", "utm_source"},
	    {"utm_medium", "utm_medium"}, {"utm_campaign", "utm_campaign"},
	    {"utm_content", "utm_content"}, {"utm_term", "utm_term"},
	    {"client_id", "client_id"}, {"referrer", "refferrer"},
	    {"landing", "landing"}, {"ip", "remote_ip"}, {"pool", "pool_name"},
	    {"scheme", "scheme_name"}};
	size_t at = open_object(b, "source");

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		put_field(b, names[i][0], row, names[i][1]);
	close_object(b, at);
}

/* What has no place of its own goes along as it came. */
static void
put_extra(void *ctx, struct span name, struct span raw)
{
	static const char *const placed[] = {"uniqueid", "calldate",
	    "disposition", "duration", "waittime", "billsec", "recording",
	    "has_recording", "call_card", "employee_number", "employee_fio",
	    "utm_source", "utm_medium", "utm_campaign", "utm_content",
	    "utm_term", "client_id", "refferrer", "landing", "remote_ip",
	    "pool_name", "scheme_name"};
	struct buf *b = ctx;

	for (size_t i = 0; i < sizeof(placed) / sizeof(*placed); i++)
		if (str_eq(name, placed[i]))
			return;
	if (str_eq(raw, "\"\"") || str_eq(raw, "null"))
		return;
	if (b->p[b->len - 1] != '{')
		buf_chr(b, ',');
	json_quote(b, name);
	buf_chr(b, ':');
	buf_span(b, raw);
}

static void
write_record(struct row *row, struct buf *b)
{
	static const char *const directions[] = {"in", "out", "internal"};
	const char *outcome = status_outcome(row->status);
	size_t at;

	buf_chr(b, '{');
	put_id(b, row);
	put_text(b, "event", str_span("call.ended"));
	key(b, "at");
	buf_chr(b, '"');
	clock_local(row->at, b);
	buf_chr(b, '"');
	put_text(b, "direction", str_span(directions[row->direction]));
	put_text(b, "outcome", str_span(outcome));
	if (row->status == ST_RUNNING) {
		key(b, "running");
		buf_str(b, "true");
	}
	if (row->leg) {
		key(b, "leg");
		buf_str(b, "true");
	}
	put_field(b, "status", row, "disposition");
	put_client(b, row);
	put_line(b, row);
	put_answerer(b, row);
	put_seconds(b, row);
	put_recording(b, row);
	put_field(b, "card", row, "call_card");
	put_source(b, row);
	at = open_object(b, "extra");
	rec_each(row->rec, "", put_extra, b);
	close_object(b, at);
	buf_chr(b, '}');
}

int
calllog_record(
    struct rec *rec, const struct project *p, struct buf *out, struct err *e)
{
	struct row row = {.rec = rec, .project = p};

	if (rec_type(rec, "event") == REC_STRING &&
	    rec_type(rec, "id") == REC_STRING) {
		buf_span(out, rec_line(rec));
		return 0;
	}
	if (read_time(&row, e) < 0)
		return -1;
	read_party(&row, "caller", &row.caller);
	read_party(&row, "dst", &row.dst);
	if (row.dst.kind == PARTY_NONE) /* the old export */
		read_party(&row, "n_alias", &row.dst);
	read_party(&row, "connected_with", &row.connected);
	read_party(&row, "caller_number", &row.shown);
	read_sides(&row);
	read_status(&row);
	write_record(&row, out);
	return 0;
}
