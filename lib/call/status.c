/* SPDX-License-Identifier: MIT */
#include "call/status.h"

#include "base/str.h"

static const struct {
	const char *word;
	enum status is;
} words[] = {
    {"ANSWERED", ST_ANSWERED},
    {"PROPER", ST_ANSWERED},
    {"REPEATED", ST_ANSWERED},
    {"VOICEMAIL", ST_VOICEMAIL},
    {"NO ANSWER", ST_MISSED},
    {"BUSY", ST_MISSED},
    {"FAILED", ST_MISSED},
    {"NO FORWARD", ST_MISSED},
    {"NO EXTENSION", ST_MISSED},
    {"WRONG EXTENSION", ST_MISSED},
    {"CLIENT NO ANSWER", ST_MISSED},
    {"FAILED FORBIDDEN DESTINATION", ST_MISSED},
    {"DECLINE", ST_MISSED},
    {"IN PROGRESS", ST_RUNNING},
    {"CALLING", ST_RUNNING},
};

static char
fold(char c)
{
	if (c == '_' || c == '-' || c == '+')
		return ' ';
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool
same_word(struct span s, const char *word)
{
	for (size_t i = 0; i < s.n; i++)
		if (!word[i] || fold(s.p[i]) != word[i])
			return false;
	return word[s.n] == '\0';
}

enum status
status_of(struct span s, int64_t talk_seconds)
{
	enum status is = ST_UNKNOWN;

	s = str_trim(s);
	for (size_t i = 0; s.p && i < sizeof(words) / sizeof(*words); i++)
		if (same_word(s, words[i].word))
			is = words[i].is;
	if (is != ST_VOICEMAIL && is != ST_RUNNING && talk_seconds > 0)
		return ST_ANSWERED;
	return is;
}

const char *
status_outcome(enum status s)
{
	switch (s) {
	case ST_ANSWERED:
		return "answered";
	case ST_MISSED:
		return "missed";
	case ST_VOICEMAIL:
		return "voicemail";
	default:
		return NULL;
	}
}
