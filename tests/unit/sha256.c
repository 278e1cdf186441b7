/* SPDX-License-Identifier: MIT */
/* SHA-256 against NIST's examples and at every edge of the padding. */
#include "base/sha256.h"

#include "base/buf.h"

#include "../tap.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define S(s) s, sizeof(s) - 1

static void
examples(void)
{
	static const struct {
		const char *in;
		size_t n;
		const char *want;
	} rows[] = {
	    {S(""), "e3b0c44298fc1c149afbf4c8996fb924"
		    "27ae41e4649b934ca495991b7852b855"},
	    {S("abc"), "ba7816bf8f01cfea414140de5dae2223"
		       "b00361a396177a9cb410ff61f20015ad"},
	    {S("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
		"248d6a61d20638b8e5c026930c3e6039"
		"a33ce45964ff2167f6ecedd419db06c1"},
	    {S("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
	       "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
		"cf5b16a778af8380036ce59e7b049237"
		"0b249b11e8f07a51afac45037afee9d1"},
	    {S("\xbd"), "68325720aabd7c82f30f554b313d0570"
			"c95accbb7dc4b5aae11204c08ffe732b"},
	    {S("\0"), "6e340b9cffb37a989ca544e6bb780a2c"
		      "78901d3fb33738768511a30617afa01d"},
	};
	char hex[SHA256_HEX];

	for (size_t i = 0; i < LEN(rows); i++) {
		sha256_hex((struct span){rows[i].in, rows[i].n}, hex);
		is_str(hex, rows[i].want, "example of %zu bytes", rows[i].n);
	}
}

static void
lengths(void)
{
	static const struct {
		size_t n;
		const char *want;
	} rows[] = {
	    {1, "ca978112ca1bbdcafac231b39a23dc4d"
		"a786eff8147c4e72b9807785afee48bb"},
	    {54, "a3f01b6939256127582ac8ae9fb47a38"
		 "2a244680806a3f613a118851c1ca1d47"},
	    {55, "9f4390f8d30c2dd92ec9f095b65e2b9a"
		 "e9b0a925a5258e241c9f1e910f734318"},
	    {56, "b35439a4ac6f0948b6d6f9e3c6af0f5f"
		 "590ce20f1bde7090ef7970686ec6738a"},
	    {57, "f13b2d724659eb3bf47f2dd6af1accc8"
		 "7b81f09f59f2b75e5c0bed6589dfe8c6"},
	    {63, "7d3e74a05d7db15bce4ad9ec0658ea98"
		 "e3f06eeecf16b4c6fff2da457ddc2f34"},
	    {64, "ffe054fe7ae0cb6dc65c3af9b61d5209"
		 "f439851db43d0ba5997337df154668eb"},
	    {65, "635361c48bb9eab14198e76ea8ab7f1a"
		 "41685d6ad62aa9146d301d4f17eb0ae0"},
	    {119, "31eba51c313a5c08226adf18d4a359cf"
		  "dfd8d2e816b13f4af952f7ea6584dcfb"},
	    {120, "2f3d335432c70b580af0e8e1b3674a7c"
		  "020d683aa5f73aaaedfdc55af904c21c"},
	    {128, "6836cf13bac400e9105071cd6af47084"
		  "dfacad4e5e302c94bfed24e013afb73e"},
	    {1000, "41edece42d63e8d9bf515a9ba6932e1c"
		   "20cbc9f5a5d134645adb5db1b9737ea3"},
	    {1000000, "cdc76e5c9914fb9281a1c7e284d73e67"
		      "f1809a48a497200e046d39ccc7112cd0"},
	};
	struct buf b = {0};
	char hex[SHA256_HEX];

	for (size_t i = 0; i < LEN(rows); i++) {
		buf_room(&b, rows[i].n - b.len);
		memset(b.p, 'a', rows[i].n);
		b.len = rows[i].n;
		sha256_hex((struct span){b.p, b.len}, hex);
		is_str(hex, rows[i].want, "%zu times a", rows[i].n);
	}
	buf_free(&b);
}

int
main(void)
{
	examples();
	lengths();
	return tap_done();
}
