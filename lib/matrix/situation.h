/* SPDX-License-Identifier: MIT */
/*
 * The situation of a call: what the conditions of a matrix line look at. It is
 * a finite space: event x direction x outcome x client x by.
 */
#ifndef MATRIX_SITUATION_H
#define MATRIX_SITUATION_H

#include "call/project.h"
#include "call/rec.h"

#include <jansson.h>
#include <stdbool.h>

enum direction {
	DIRECTION_NONE,
	DIRECTION_IN,
	DIRECTION_OUT,
	DIRECTION_INTERNAL
};
enum outcome {
	OUTCOME_NONE,
	OUTCOME_ANSWERED,
	OUTCOME_MISSED,
	OUTCOME_VOICEMAIL
};

/* What the CRM has of the client. */
enum client {
	CLIENT_HIDDEN,  /* no number, nothing to look up by */
	CLIENT_NEW,     /* nothing */
	CLIENT_CONTACT, /* a contact, no open lead or deal */
	CLIENT_LEAD,    /* an open lead */
	CLIENT_DEAL,    /* an open deal (and perhaps a lead) */
	CLIENTS,
};

/* Who took the call, seen from the client's responsible. */
enum by {
	BY_RESPONSIBLE, /* the owner of what gave the client value */
	BY_OTHER,       /* another employee */
	BY_UNBOUND,     /* a number or login that belongs to no employee */
	BY_NOBODY,      /* nobody took it */
	BYS,
};

struct situation {
	const char *event; /* one of event_name, "" if it is none of them */
	enum direction direction;
	enum outcome outcome;
	enum client client;
	enum by by;
	const struct employee *answerer; /* NULL: unbound or nobody */
	const char *responsible; /* CRM user id, into the view; NULL: none */
};

/*
 * view is what the client has: {"lead":{"id":"12","owner":"7"},…}, open leads
 * and deals only; NULL: it wasn't looked up (hidden). s borrows from rec, view
 * and project.
 */
void situation_of(struct rec *rec, const json_t *view, const struct project *p,
    struct situation *s);

/* Names as the matrix writes them; NULL-ended. */
extern const char *const event_name[];
extern const char *const direction_name[];
extern const char *const outcome_name[];
extern const char *const client_name[];
extern const char *const by_name[];

/* The role whose entity gives this client value; NULL for new and hidden. */
const char *client_role(enum client c);
/* Who took or made the call; NULL if that is nobody we know. */
const struct employee *answerer_of(struct rec *rec, const struct project *p);

#endif
