/* SPDX-License-Identifier: MIT */
#include "sim.h"

#include "admin.h"
#include "form.h"

#include "base/clock.h"
#include "base/exits.h"
#include "base/log.h"
#include "base/str.h"
#include "base/xalloc.h"
#include "io/fsx.h"
#include "io/jsonx.h"

#include <fcntl.h>
#include <getopt.h>
#include <unistd.h>

/* A request whose time has not come. */
struct sim_late {
	struct sim_late *next;
	int64_t due;
	int64_t number;
	struct http_in in;
};

static volatile sig_atomic_t stopped;

static void
on_stop(int sig)
{
	(void)sig;
	stopped = 1;
}

/* ---- time ---- */

int64_t
sim_now(const struct sim *s)
{
	double gone = (double)(clock_mono() - s->mono) * s->speed;

	return s->began + s->ahead + (int64_t)gone;
}

/* The simulator's ms as real ones, for a wait. */
static int64_t
real(const struct sim *s, int64_t ms)
{
	return s->speed > 0 ? (int64_t)((double)ms / s->speed + 0.999) : 0;
}

/* ---- switches ---- */

static const struct sim_switch *
find_switch(const struct sim *s, const char *name)
{
	for (const struct sim_switch *w = s->vendor->switches; w->name; w++)
		if (strcmp(w->name, name) == 0)
			return w;
	return NULL;
}

/* Every switch stands as its first value says. */
static json_t *
defaults_new(const struct sim_vendor *v)
{
	json_t *set = json_object();

	for (const struct sim_switch *w = v->switches; w->name; w++)
		json_object_set_new(set, w->name,
		    w->values[0]
			? json_stringn(w->values, strcspn(w->values, "|"))
			: json_string(w->initial));
	return set;
}

const char *
sim_get(const struct sim *s, const char *name)
{
	return json_str(s->set, name);
}

bool
sim_is(const struct sim *s, const char *name, const char *value)
{
	return strcmp(sim_get(s, name), value) == 0;
}

int64_t
sim_num(const struct sim *s, const char *name)
{
	int64_t n = 0;

	str_num(str_span(sim_get(s, name)), INT64_MIN, INT64_MAX, &n);
	return n;
}

/* Is v one of "a|b|c"? */
static bool
one_of(const char *values, const char *v)
{
	size_t n = strlen(v);

	for (const char *p = values; p; p = strchr(p, '|')) {
		p += *p == '|';
		if (strncmp(p, v, n) == 0 && (p[n] == '|' || !p[n]))
			return n > 0;
	}
	return false;
}

static bool
is_number(const char *s)
{
	int64_t n;

	return str_num(str_span(s), 0, INT32_MAX, &n);
}

int
sim_set(struct sim *s, const char *text, struct err *e)
{
	const char *eq = strchr(text, '=');
	char *name = xstrndup(text, eq ? (size_t)(eq - text) : strlen(text));
	const struct sim_switch *w = find_switch(s, name);
	int rc = 0;

	if (!w || !eq)
		rc = err_set(e, ERR_CONFIG, "no switch \"%s\"", text);
	else if (w->values[0] && !one_of(w->values, eq + 1))
		rc = err_set(e, ERR_CONFIG, "%s is %s", name, w->values);
	else if (is_number(w->initial) && !is_number(eq + 1))
		rc = err_set(e, ERR_CONFIG, "%s is a number", name);
	else
		json_object_set_new(s->set, name, json_string(eq + 1));
	free(name);
	return rc;
}

/* ---- requests ---- */

/* A JSON body; what isn't an object has no named parameters. */
static json_t *
body_load(const struct http_in *in)
{
	struct span type = http_header(in, "Content-Type");
	struct err e = {0};

	if (type.n < 16 ||
	    !str_ieq((struct span){type.p, 16}, "application/json"))
		return NULL;
	return json_text_load((struct span){in->body.p, in->body.len}, &e);
}

void
sim_parse(const struct http_in *in, struct sim_parsed *p)
{
	const char *target = buf_cstr(&in->target), *q = strchr(target, '?');
	json_t *form;

	*p = (struct sim_parsed){0};
	form_decode(
	    (struct span){target, q ? (size_t)(q - target) : strlen(target)},
	    &p->path);
	p->args = form_load(str_span(q ? q + 1 : ""));
	p->body = body_load(in);
	if (json_is_object(p->body)) {
		json_object_update(p->args, p->body);
	} else if (!p->body && in->body.len) {
		form = form_load((struct span){in->body.p, in->body.len});
		json_object_update(p->args, form);
		json_decref(form);
	}
	p->r = (struct sim_request){.in = in,
	    .path = buf_cstr(&p->path),
	    .args = p->args,
	    .body = p->body};
}

void
sim_parsed_free(struct sim_parsed *p)
{
	buf_free(&p->path);
	json_decref(p->args);
	json_decref(p->body);
	json_decref(p->commands);
}

void
sim_answer_free(struct sim_answer *a)
{
	buf_free(&a->head);
	buf_free(&a->body);
	json_decref(a->notes);
	*a = (struct sim_answer){0};
}

/* What is known of a request goes into the log and the counters. */
static void
note(struct sim *s, const struct sim_request *r, const struct sim_answer *a,
    int64_t number, const char *fault)
{
	json_t *line = json_object(), *x;
	struct buf text = {0};
	const char *k;
	size_t i;

	json_object_set_new(line, "n", json_integer(number));
	json_object_set_new(line, "at", json_integer(sim_now(s)));
	json_put(line, "method", r->in->method);
	if (r->commands)
		json_object_set(
		    line, "commands", (json_t *)(uintptr_t)r->commands);
	json_put(line, "fault", fault);
	json_object_set_new(line, "status", json_integer(a->status));
	json_object_set_new(line, "took_ms", json_integer(a->cost_ms));
	if (a->notes)
		json_object_set(line, "refused", a->notes);
	json_append(&text, line);
	buf_chr(&text, '\n');
	if (s->log_fd >= 0 && fsx_write_all(s->log_fd, text.p, text.len) < 0)
		log_warn("the log can't be written");
	buf_free(&text);
	json_array_append_new(s->log, line);
	json_array_foreach (r->commands, i, x) {
		k = json_string_value(x);
		json_object_set_new(s->counts, k,
		    json_integer(
			json_integer_value(json_object_get(s->counts, k)) + 1));
	}
}

static void
page(struct sim_answer *a, int status, const char *text)
{
	buf_clear(&a->head);
	buf_clear(&a->body);
	a->status = status;
	buf_str(&a->head, "Content-Type: text/html; charset=utf-8\r\n");
	buf_fmt(&a->body,
	    "<html><head><title>%s</title></head><body><h1>%s"
	    "</h1></body></html>\n",
	    text, text);
}

/* True: the fault has answered, the request is not executed. */
static bool
before(struct sim *s, const struct fault *f, const struct sim_request *r,
    struct sim_answer *a)
{
	switch (f ? f->kind : FAULT_LAG) {
	case FAULT_DROP_BEFORE:
	case FAULT_STALL_BEFORE:
	case FAULT_LATE:
		a->status = 0;
		return true;
	case FAULT_THROTTLE:
		s->vendor->refuse(s->of_vendor, s->vendor->throttle, a);
		if (f->arg[0])
			buf_fmt(&a->head, "Retry-After: %s\r\n", f->arg);
		return true;
	case FAULT_AUTH:
		s->vendor->refuse(s->of_vendor, s->vendor->revoked, a);
		return true;
	case FAULT_HTML_BEFORE:
		page(a, 200, "Please sign in");
		return true;
	case FAULT_ERROR_BEFORE:
		page(a, (int)f->num, "Something went wrong");
		return true;
	case FAULT_MOVED:
		page(a, 302, "Moved");
		buf_fmt(&a->head, "Location: %s%s\r\n", f->arg,
		    buf_cstr(&r->in->target));
		return true;
	default:
		return false;
	}
}

/* It was executed: what becomes of its answer. */
static void
after(const struct fault *f, struct sim_answer *a, struct http_out *o)
{
	if (!f)
		return;
	switch (f->kind) {
	case FAULT_DROP_AFTER:
		a->status = 0;
		break;
	case FAULT_STALL:
	case FAULT_STALL_BEFORE:
		a->status = 0;
		o->delay_ms += f->num;
		break;
	case FAULT_HTML:
		page(a, 200, "Please sign in");
		break;
	case FAULT_ERROR_AFTER:
		page(a, (int)f->num, "Something went wrong");
		break;
	case FAULT_CUT:
		o->cut = true;
		o->cut_at = (size_t)f->num;
		break;
	case FAULT_DELAY:
		o->delay_ms += f->num;
		break;
	case FAULT_SLOW:
		o->slow = (size_t)f->num;
		break;
	default:
		break;
	}
}

static void
copy(struct buf *to, const struct buf *from)
{
	buf_add(to, from->p, from->len);
}

static void
keep_late(struct sim *s, const struct http_in *in, int64_t ms)
{
	struct sim_late *l = xcalloc(1, sizeof(*l)), **end = &s->late;

	l->due = sim_now(s) + ms;
	l->number = s->requests;
	l->in = *in;
	l->in.target = l->in.head = l->in.body = l->in.host = (struct buf){0};
	copy(&l->in.target, &in->target);
	copy(&l->in.head, &in->head);
	copy(&l->in.body, &in->body);
	copy(&l->in.host, &in->host);
	while (*end && (*end)->due <= l->due)
		end = &(*end)->next;
	l->next = *end;
	*end = l;
}

static void
carry_out(struct sim *s, const struct sim_parsed *p, struct sim_answer *a,
    struct http_out *o)
{
	const struct fault *f =
	    faults_pick(&s->faults, p->path.p, p->r.commands, &s->lag_ms);

	s->requests++;
	s->refuse = f && f->kind == FAULT_REFUSE ? f : NULL;
	if (!before(s, f, &p->r, a))
		s->vendor->handle(s->of_vendor, &p->r, a);
	else if (f->kind == FAULT_LATE)
		keep_late(s, p->r.in, f->num);
	s->refuse = NULL;
	s->lag_ms = 0;
	o->delay_ms = real(s, a->cost_ms);
	after(f, a, o);
	note(s, &p->r, a, s->requests, f ? faults_name(f->kind) : NULL);
}

static void
handle(void *ctx, const struct http_in *in, struct http_out *o)
{
	struct sim *s = ctx;
	struct sim_parsed p;
	struct sim_answer a = {.status = 200};

	sim_parse(in, &p);
	if (!admin_handle(s, &p, &a)) {
		p.commands = s->vendor->commands(s->of_vendor, &p.r);
		p.r.commands = p.commands;
		carry_out(s, &p, &a, o);
	}
	o->status = a.status;
	o->head = a.head;
	o->body = a.body;
	a.head = a.body = (struct buf){0};
	sim_answer_free(&a);
	sim_parsed_free(&p);
}

/* Execute what comes late and is due; ms until the next, or -1. */
static int
idle(void *ctx)
{
	struct sim *s = ctx;
	int64_t wait;

	while (s->late && s->late->due <= sim_now(s)) {
		struct sim_late *l = s->late;
		struct sim_parsed p;
		struct sim_answer a = {.status = 200};

		s->late = l->next;
		sim_parse(&l->in, &p);
		p.r.commands = p.commands =
		    s->vendor->commands(s->of_vendor, &p.r);
		s->vendor->handle(s->of_vendor, &p.r, &a);
		note(s, &p.r, &a, l->number, "executed late");
		sim_answer_free(&a);
		sim_parsed_free(&p);
		buf_free(&l->in.target);
		buf_free(&l->in.head);
		buf_free(&l->in.body);
		buf_free(&l->in.host);
		free(l);
	}
	if (!s->late || s->speed <= 0)
		return -1;
	wait = real(s, s->late->due - sim_now(s));
	return wait < 1 ? 1 : wait > 60000 ? 60000 : (int)wait;
}

/* ---- the program ---- */

enum { NOW = 256, COST, READY, SETTING, LOG };

static const struct option options[] = {
    {"port", required_argument, NULL, 'p'},
    {"ready", required_argument, NULL, READY},
    {"secret", required_argument, NULL, 's'},
    {"users", required_argument, NULL, 'u'},
    {"speed", required_argument, NULL, 'x'},
    {"cost", required_argument, NULL, COST},
    {"now", required_argument, NULL, NOW},
    {"fault", required_argument, NULL, 'f'},
    {"set", required_argument, NULL, SETTING},
    {"log", required_argument, NULL, LOG},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static void
help(const struct sim_vendor *v)
{
	printf(
	    "Usage: %s [OPTION]...\n%s\n"
	    "      --port N      of 127.0.0.1; 0, the default: a free one\n"
	    "      --ready FILE  write the port there when it listens\n"
	    "      --secret S    the key that it accepts\n"
	    "      --users FILE  who works there: JSON, one a line\n"
	    "      --speed X     its clock runs X times as fast; 0: it stands\n"
	    "      --cost X      factor of what work takes; 0: nothing\n"
	    "      --now TIME    when its clock begins\n"
	    "      --fault LIST  KIND[=ARG]@[NAME:]N,… (tests/sim/faults.h)\n"
	    "      --log FILE    a line for each request\n"
	    "      --set NAME=VALUE  behaviours; the first is the default\n",
	    v->program, v->about);
	for (const struct sim_switch *w = v->switches; w->name; w++)
		printf("        %-16s %-18s %s\n", w->name,
		    w->values[0] ? w->values : w->initial, w->help);
}

static bool
number(const char *s, double *out)
{
	char *end;

	*out = strtod(s, &end);
	return end != s && !*end && *out >= 0 && *out <= 1e6;
}

static int
read_users(struct sim *s, const char *path, struct err *e)
{
	struct buf text = {0};
	int rc = fsx_read(path, HTTP_BODY_MAX, &text, e);

	if (rc == 0)
		rc = s->vendor->users(
		    s->of_vendor, (struct span){text.p, text.len}, e);
	buf_free(&text);
	return rc;
}

static int
option(struct sim *s, int c, int *port, const char **ready, struct err *e)
{
	int64_t n;
	bool zoned;

	switch (c) {
	case 'p':
		if (!str_num(str_span(optarg), 0, 65535, &n))
			return err_set(e, ERR_CONFIG, "port %s", optarg);
		*port = (int)n;
		return 0;
	case 's':
		free(s->secret);
		s->secret = xstrdup(optarg);
		return 0;
	case 'u':
		return read_users(s, optarg, e);
	case 'x':
	case COST:
		if (!number(optarg, c == COST ? &s->cost : &s->speed))
			return err_set(e, ERR_CONFIG, "number %s", optarg);
		return 0;
	case NOW:
		if (!clock_parse(str_span(optarg), &s->began, &zoned))
			return err_set(e, ERR_CONFIG, "time %s", optarg);
		return 0;
	case 'f':
		return faults_set(&s->faults, optarg, e);
	case SETTING:
		return sim_set(s, optarg, e);
	case READY:
		*ready = optarg;
		return 0;
	case LOG:
		s->log_fd = fsx_open(optarg, O_WRONLY | O_CREAT | O_APPEND);
		return s->log_fd < 0 ? err_sys(e, ERR_IO, "%s", optarg) : 0;
	default:
		return err_set(e, ERR_CONFIG, "try --help");
	}
}

/* Says where it listens. */
static int
announce(const struct sim *s, const char *ready, struct err *e)
{
	struct buf text = {0};
	int fd, rc = 0;

	if (ready) {
		fd = fsx_open(ready, O_WRONLY | O_CREAT | O_TRUNC);
		buf_fmt(&text, "%d\n", s->http.port);
		if (fd < 0 || fsx_write_all(fd, text.p, text.len) < 0)
			rc = err_sys(e, ERR_IO, "%s", ready);
		if (fd >= 0)
			close(fd);
	} else {
		buf_fmt(&text, "http://127.0.0.1:%d", s->http.port);
		s->vendor->greet(s->of_vendor, &text);
		printf("%s\n", buf_cstr(&text));
		fflush(stdout);
	}
	buf_free(&text);
	return rc;
}

static void
sim_free(struct sim *s)
{
	s->vendor->close(s->of_vendor);
	http_free(&s->http);
	faults_free(&s->faults);
	json_decref(s->set);
	json_decref(s->log);
	json_decref(s->counts);
	free(s->secret);
	while (s->late) {
		struct sim_late *l = s->late;

		s->late = l->next;
		buf_free(&l->in.target);
		buf_free(&l->in.head);
		buf_free(&l->in.body);
		buf_free(&l->in.host);
		free(l);
	}
}

int
sim_main(const struct sim_vendor *v, int argc, char **argv)
{
	struct sim s = {.vendor = v,
	    .secret = xstrdup("simulated"),
	    .speed = 1,
	    .cost = 1,
	    .log_fd = -1,
	    .http = {.handle = handle, .idle = idle, .fd = -1}};
	struct sigaction sa = {.sa_handler = on_stop};
	const char *ready = NULL;
	struct err e = {0};
	char text[1024];
	int c, port = 0, rc = 0;

	log_open(v->program);
	json_setup();
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	s.set = defaults_new(v);
	s.log = json_array();
	s.counts = json_object();
	s.began = clock_now();
	s.mono = clock_mono();
	s.http.ctx = &s;
	s.of_vendor = v->open(&s);
	while (rc == 0 &&
	       (c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			help(v);
			sim_free(&s);
			return 0;
		}
		rc = option(&s, c, &port, &ready, &e);
	}
	if (rc == 0 && (rc = http_listen(&s.http, port, &e)) == 0 &&
	    (rc = announce(&s, ready, &e)) == 0)
		rc = http_serve(&s.http, &stopped, &e);
	sim_free(&s);
	if (rc == 0)
		return EXITS_OK;
	log_error("%s", err_text(&e, text, sizeof(text)));
	return e.kind == ERR_CONFIG ? EXITS_USAGE : EXITS_IO;
}
