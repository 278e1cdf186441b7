/* SPDX-License-Identifier: MIT */
#include "io/cli.h"

#include "base/buf.h"
#include "base/exits.h"
#include "base/log.h"
#include "io/jsonx.h"
#include "io/rd.h"
#include "io/reject.h"
#include "io/wr.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FLAGS_MAX = 8 };

static const struct option common[] = {
    {"project", required_argument, NULL, 'C'},
    {"reject", required_argument, NULL, 'x'},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},
};
enum { COMMON = sizeof(common) / sizeof(common[0]) };

/* The tables that getopt_long wants, from the common and the own options. */
static void
option_tables(const struct cli *c, struct option *longs, char *letters)
{
	size_t n = strlen(letters);

	memcpy(longs, common, sizeof(common));
	longs += COMMON;
	for (const struct cli_flag *f = c->flags; f && f->letter; f++) {
		*longs++ =
		    (struct option){f->name, no_argument, NULL, f->letter};
		letters[n++] = f->letter;
	}
	letters[n] = '\0';
	*longs = (struct option){0};
}

/* True if the letter is one of the program's own; *input false if it ends it.
 */
static bool
set_flag(const struct cli *c, int letter, bool *input)
{
	for (const struct cli_flag *f = c->flags; f && f->letter; f++) {
		if (f->letter != letter)
			continue;
		*f->set = true;
		*input &= !f->no_input;
		return true;
	}
	return false;
}

static int
usage(const struct cli *c, const char *what)
{
	log_error("%s; try %s --help", what, c->program);
	return EXITS_USAGE;
}

static int
show(const char *text)
{
	return puts(text) < 0 || fflush(stdout) != 0 ? EXITS_IO : EXITS_OK;
}

static int
help(const struct cli *c)
{
	struct buf b = {0};
	int rc;

	buf_fmt(&b, "Usage: %s\n\n%s\n", c->usage, c->help);
	for (const struct cli_flag *f = c->flags; f && f->letter; f++)
		buf_fmt(&b, "  -%c, --%-13s %s\n", f->letter, f->name, f->help);
	buf_str(&b,
	    "  -C, --project DIR   project directory (or RINGO_PROJECT)\n"
	    "  -x, --reject FILE   where rejected lines go "
	    "(DIR/rejects.ndjson)\n"
	    "  -q, --quiet         errors only\n"
	    "  -v, --verbose       say more; twice: phone numbers too\n"
	    "  -h, --help          this text\n"
	    "  -V, --version       the version");
	rc = show(b.p);
	buf_free(&b);
	return rc;
}

static int
parse(struct cli *c, int argc, char **argv, bool *input)
{
	struct option longs[COMMON + FLAGS_MAX + 1];
	char letters[16 + FLAGS_MAX] = "+C:x:qvhV";
	int level = LOG_WARN, ch;

	option_tables(c, longs, letters);
	c->dir = getenv("RINGO_PROJECT");
	opterr = 0;
	while ((ch = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (set_flag(c, ch, input))
			continue;
		switch (ch) {
		case 'C':
			c->dir = optarg;
			break;
		case 'x':
			c->reject = optarg;
			break;
		case 'q':
			level = LOG_ERROR;
			break;
		case 'v':
			level = level < LOG_INFO ? LOG_INFO : LOG_DEBUG;
			break;
		case 'h':
			return help(c);
		case 'V':
			return show("ringo " RINGO_VERSION);
		default:
			return usage(c, "unknown option or missing argument");
		}
	}
	log_level((enum log_level)level);
	if (optind < argc && strcmp(argv[optind], "-") == 0)
		optind++;
	if (optind < argc)
		return usage(c, "it reads standard input and takes no file");
	return -1;
}

int
cli_start(struct cli *c, int argc, char **argv)
{
	static const struct rlimit no_core = {0, 0};
	static const char *const stream[] = {"input", "output", "error"};
	bool input = !c->no_input;
	int rc;

	log_open(c->program);
	json_setup();
	/* A closed descriptor 0-2 would be given to the next file opened. */
	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		log_error("standard %s is closed", stream[fd]);
		return EXITS_IO;
	}
	rc = parse(c, argc, argv, &input);
	if (rc >= 0)
		return rc;
	if (c->needs_project && !c->dir)
		return usage(c, "no project; name it with -C DIR");
	if (input && isatty(STDIN_FILENO))
		return usage(c, "it reads records from standard input");
	umask(077);
	setrlimit(RLIMIT_CORE, &no_core); /* records are personal data */
	return -1;
}

void
cli_on_stop(void (*stop)(int sig))
{
	struct sigaction on_stop = {.sa_handler = stop};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGTERM, &on_stop, NULL);
	sigaction(SIGINT, &on_stop, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

void
cli_streams(struct streams *s, const struct cli *c)
{
	struct buf path = {0};

	s->out = wr_new(STDOUT_FILENO);
	s->in = rd_new(STDIN_FILENO, s->out, LINE_MAX_BYTES);
	if (c->reject)
		buf_str(&path, c->reject);
	else if (c->dir)
		buf_fmt(&path, "%s/rejects.ndjson", c->dir);
	s->rejects = rej_new(path.p);
	buf_free(&path);
}

int
cli_fail(const struct err *e)
{
	char text[900];

	log_error("%s", err_text(e, text, sizeof(text)));
	return err_exit(e);
}

int
cli_fail_all(const struct errs *es)
{
	char text[900];

	for (size_t i = 0; i < es->n; i++)
		log_error("%s", err_text(&es->v[i], text, sizeof(text)));
	return EXITS_CONFIG;
}

int
cli_end(struct streams *s, int code)
{
	struct err e = {0};

	if (rej_count(s->rejects))
		code = exits_worse(code, EXITS_REJECT);
	if (wr_close(s->out, &e) < 0)
		code = exits_worse(code, cli_fail(&e));
	rd_free(s->in);
	wr_free(s->out);
	rej_free(s->rejects);
	return code;
}
