/* SPDX-License-Identifier: Apache-2.0 */
#include "worker/mm2/mm2_args.h"

#include <string.h>

#include "lib/base/vec.h"

const char mm2_usage[] =
    "usage: connect-mirror-maker [-h] [--clusters CLUSTER [CLUSTER ...]] mm2.properties\n"
    "\n"
    "Mirrors Apache Kafka clusters as mm2.properties says.\n"
    "\n"
    "positional arguments:\n"
    "  mm2.properties         MM2 configuration file.\n"
    "\n"
    "named arguments:\n"
    "  -h, --help             show this help message and exit\n"
    "  --clusters CLUSTER [CLUSTER ...]\n"
    "                         target clusters that this process serves; all, if left out\n"
    "\n"
    "environment:\n"
    "  TERN_LOG               log levels: DEBUG, or org.apache.kafka.connect=DEBUG,root=WARN\n";

/* What was read so far. */
struct reading {
    const char *file;
    VEC(const char *) clusters;
    bool in_clusters, has_clusters;
};

static int take_word(struct reading *r, const char *word, struct tern_error *err)
{
    if (r->in_clusters) {
        vec_push(&r->clusters, word);
        return 0;
    }
    if (r->file)
        return tern_fail(err, TERN_EINVALID, "unrecognized argument: '%s'", word);
    r->file = word;
    return 0;
}

static int take(struct reading *r, const char *word, bool *ret_is_help, struct tern_error *err)
{
    if (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0) {
        *ret_is_help = true;
        return 0;
    }
    if (strcmp(word, "--clusters") == 0) {
        r->in_clusters = r->has_clusters = true;
        return 0;
    }
    if (word[0] == '-' && word[1])
        return tern_fail(err, TERN_EINVALID, "unrecognized argument: '%s'", word);
    return take_word(r, word, err);
}

/* --clusters came first and swallowed the file. */
static void give_file_back(struct reading *r)
{
    if (!r->file && r->clusters.count >= 2)
        r->file = r->clusters.at[--r->clusters.count];
}

static int check(const struct reading *r, struct tern_error *err)
{
    if (!r->file)
        return tern_fail(err, TERN_EINVALID, "too few arguments: mm2.properties is missing");
    if (r->has_clusters && r->clusters.count == 0)
        return tern_fail(err, TERN_EINVALID, "argument --clusters: expected at least one cluster");
    return 0;
}

int mm2_args_parse(int argc, char *const *argv, struct mm2_args *ret_args, struct tern_error *err)
{
    struct reading r = {0};
    bool is_help = false;

    for (int i = 1; i < argc; i++) {
        if (take(&r, argv[i], &is_help, err) < 0) {
            vec_fini(&r.clusters);
            return -1;
        }
    }
    give_file_back(&r);
    if (!is_help && check(&r, err) < 0) {
        vec_fini(&r.clusters);
        return -1;
    }
    *ret_args = (struct mm2_args){is_help, r.file, {r.clusters.at, r.clusters.count}};
    return 0;
}

void mm2_args_fini(struct mm2_args *args)
{
    free((void *)args->clusters.items);
    *args = (struct mm2_args){0};
}
