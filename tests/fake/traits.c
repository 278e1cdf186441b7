/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include "crm/local_check.h"

static const char all[] =
    "alone named stored sure whole partial none204 object list unique taken "
    "marker lost linked strict vague slots bare behind";

static const char *
chosen(void)
{
	const char *words = getenv("RINGO_FAKE");

	return words ? words : "";
}

bool
fake_is(const char *trait)
{
	return local_has_word(chosen(), trait);
}

const char *
fake_unknown(void)
{
	static char word[32];

	for (const char *p = chosen(); *p; p += strspn(p, " ")) {
		size_t n = strcspn(p, " ");

		snprintf(word, sizeof(word), "%.*s", (int)n, p);
		if (n >= sizeof(word) || !local_has_word(all, word))
			return word;
		p += n;
	}
	return NULL;
}

bool
fake_alone(const char *path)
{
	return fake_is("alone") || strcmp(path, "search") == 0 ||
	       strncmp(path, "mine/", 5) == 0;
}
