/* SPDX-License-Identifier: MIT */
/*
 * The frame of a CRM simulator: options, a clock that can run faster, faults,
 * a log of requests, and the paths below /_sim/ for tests and people. A
 * simulator is a struct sim_vendor and a main() that calls sim_main.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "faults.h"
#include "http.h"

/* One request to the vendor's interface. Everything borrowed. */
struct sim_request {
	const struct http_in *in;
	const char *path;       /* decoded, without the query */
	const json_t *args;     /* query and body, as PHP or JSON has them */
	const json_t *body;     /* the body alone if it was JSON, else NULL */
	const json_t *commands; /* names, as vendor->commands gave them */
};

struct sim_answer {
	int status; /* 0: the connection is cut */
	struct buf head, body;
	int64_t
	    cost_ms;   /* how long the vendor works, by the simulator's time */
	json_t *notes; /* for the log: what was refused, {"where":"CODE"} */
};

/* A behaviour that can be chosen. The first of values is the default. */
struct sim_switch {
	const char *name;
	const char *values;  /* "yes|no", or "" for a number or text */
	const char *initial; /* where values is "" */
	const char *help;
};

struct sim;

struct sim_vendor {
	const char *program;
	const char *about;                 /* for --help */
	const struct sim_switch *switches; /* ended by name NULL */
	void *(*open)(struct sim *s);
	void (*close)(void *vendor);
	/* --users FILE; -1 and e if it is malformed. */
	int (*users)(void *vendor, struct span text, struct err *e);
	/* Names of what the request asks for: a new array of strings. */
	json_t *(*commands)(void *vendor, const struct sim_request *r);
	void (*handle)(
	    void *vendor, const struct sim_request *r, struct sim_answer *a);
	/* The same without limits and credentials: /_sim/rest/PATH. */
	void (*direct)(
	    void *vendor, const struct sim_request *r, struct sim_answer *a);
	/* Its own error of that code: for the faults refuse, throttle, auth. */
	void (*refuse)(void *vendor, const char *code, struct sim_answer *a);
	const char *throttle, *revoked; /* the codes of these two faults */
	/* New objects: a summary; rows, see sim_rows. */
	json_t *(*audit)(void *vendor, const char *marker);
	json_t *(*state)(void *vendor, bool compare);
	/* Path of the first request to try, for people. */
	void (*greet)(void *vendor, struct buf *out);
};

struct sim {
	const struct sim_vendor *vendor;
	void *of_vendor;
	char *secret;
	double speed; /* 0: the clock stands, but for /_sim/clock */
	double cost;  /* factor of what work takes */
	json_t *set;  /* switches that were set */
	int64_t began, mono, ahead;
	struct faults faults;
	const struct fault *refuse; /* a fault that the vendor plays */
	int64_t lag_ms;             /* of the request under way */
	struct http_server http;
	json_t *log;
	int log_fd;
	json_t *counts; /* commands by name */
	int64_t requests;
	struct sim_late *late;
};

/* The simulator's time, ms since the epoch. */
int64_t sim_now(const struct sim *s);
/* How a switch stands. */
const char *sim_get(const struct sim *s, const char *name);
bool sim_is(const struct sim *s, const char *name, const char *value);
int64_t sim_num(const struct sim *s, const char *name);

int sim_main(const struct sim_vendor *v, int argc, char **argv);

#endif
