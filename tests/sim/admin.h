/* SPDX-License-Identifier: MIT */
/*
 * Paths for tests and people, beside the vendor's:
 *
 *   GET  /_sim/audit[?marker=TEXT]  what is there twice, what lacks its owner;
 *                       marker: texts with that and the same word behind it
 *   GET  /_sim/state    everything, a line each; ?compare=1: without what two
 *                       runs with the same outcome may differ in
 *   GET  /_sim/log      a line for each request
 *   GET  /_sim/counts   {"requests":N,"commands":{NAME:N}}
 *   POST /_sim/faults   the body is the list that holds from now on
 *   POST /_sim/set      NAME=VALUE
 *   POST /_sim/clock    so many ms forward
 *   POST /_sim/off      so many (real) ms nothing listens
 *   POST /_sim/secret   the key that holds from now on
 *   POST /_sim/users    as --users
 *   POST /_sim/rest/X   the vendor's X, done by somebody else: no limits,
 *                       no credentials, no faults, not in the log
 */
#ifndef SIM_ADMIN_H
#define SIM_ADMIN_H

#include "sim.h"

/* A request taken apart. */
struct sim_parsed {
	struct sim_request r;
	struct buf path;
	json_t *args, *body, *commands;
};

void sim_parse(const struct http_in *in, struct sim_parsed *p);
void sim_parsed_free(struct sim_parsed *p);
void sim_answer_free(struct sim_answer *a);
int sim_set(struct sim *s, const char *text, struct err *e);

/* False: it is none of these paths. */
bool admin_handle(
    struct sim *s, const struct sim_parsed *p, struct sim_answer *a);

#endif
