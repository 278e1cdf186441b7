/* SPDX-License-Identifier: MIT */
/* How the words of Ringostat's log fold into outcomes. */
#include "call/status.h"

#include "base/str.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* want NULL: no outcome, because the word is unknown. */
static void
folds(const char *word, int64_t talk, const char *want)
{
	const char *got = status_outcome(status_of(str_span(word), talk));

	is_str(got, want, "\"%s\" with %lld s of talk is %s", word,
	    (long long)talk, want ? want : "no outcome");
}

static void
words(void)
{
	static const struct {
		const char *word, *silent, *talked;
	} rows[] = {
	    {"ANSWERED", "answered", "answered"},
	    {"PROPER", "answered", "answered"},
	    {"REPEATED", "answered", "answered"},
	    {"VOICEMAIL", "voicemail", "voicemail"},
	    {"NO ANSWER", "missed", "answered"},
	    {"BUSY", "missed", "answered"},
	    {"FAILED", "missed", "answered"},
	    {"NO FORWARD", "missed", "answered"},
	    {"NO-FORWARD", "missed", "answered"},
	    {"NO EXTENSION", "missed", "answered"},
	    {"WRONG EXTENSION", "missed", "answered"},
	    {"CLIENT NO ANSWER", "missed", "answered"},
	    {"FAILED FORBIDDEN DESTINATION", "missed", "answered"},
	    {"DECLINE", "missed", "answered"},
	    {"IN PROGRESS", NULL, NULL},
	    {"CALLING", NULL, NULL},
	    {"SOMETHING NEW", NULL, "answered"},
	    {"", NULL, "answered"},
	    /* Case, separators and blanks around it don't count. */
	    {"no answer", "missed", "answered"},
	    {"No+Answer", "missed", "answered"},
	    {"NO_ANSWER", "missed", "answered"},
	    {"client-no_answer", "missed", "answered"},
	    {" PROPER\r\n", "answered", "answered"},
	    {"in_progress", NULL, NULL},
	    /* No word of ours, though one is in it. */
	    {"ANSWERE", NULL, "answered"},
	    {"ANSWERED BY", NULL, "answered"},
	    {"NOT ANSWERED", NULL, "answered"},
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		folds(rows[i].word, 0, rows[i].silent);
		folds(rows[i].word, 1, rows[i].talked);
	}
	folds("NO ANSWER", -1, "missed");
}

static void
running(void)
{
	static const char *const still[] = {
	    "IN PROGRESS", "IN_PROGRESS", "calling"};

	for (size_t i = 0; i < LEN(still); i++) {
		is_int(status_of(str_span(still[i]), 0), ST_RUNNING,
		    "%s: it still runs", still[i]);
		is_int(status_of(str_span(still[i]), 90), ST_RUNNING,
		    "%s: seconds so far don't end it", still[i]);
	}
	is_int(status_of((struct span){0}, 0), ST_UNKNOWN,
	    "no word at all is unknown");
	is_int(status_of((struct span){0}, 3), ST_ANSWERED,
	    "... but with talk it was answered");
	is_int(status_of((struct span){"BUSY\0", 5}, 0), ST_UNKNOWN,
	    "a NUL counts");
}

int
main(void)
{
	words();
	running();
	return tap_done();
}
