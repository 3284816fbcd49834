/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mirror_config_own_keys - the keys that Java does not have. All begin with "tern.", so that none
 * is ever taken for one of Java's, and Java passes over them. REST does not show them: what it
 * shows of a connector is what Java shows. doc/mirror.md lists them.
 */
#include "connectors/mirror/common/mirror_config.h"
#include "connectors/mirror/common/mirror_config_keys.h"

static const struct tern_validator not_negative = {
    .kind = TERN_VALID_RANGE, .min = 0, .max = INT64_MAX};
static const struct tern_validator from_100 = {
    .kind = TERN_VALID_RANGE, .min = 100, .max = INT64_MAX};
static const struct tern_validator from_1000 = {
    .kind = TERN_VALID_RANGE, .min = 1000, .max = INT64_C(100000000)};

#define AT(field) offsetof(struct mirror_source_settings, field)
const struct tern_config_key mirror_config_source_own_keys[] = {
    {"tern.offset-syncs.tight.enabled", TERN_BOOL, "true", TERN_LOW, AT(tight_syncs),
     .doc = "Whether partitions that rest or are slow get extra offset syncs, and fast ones all "
            "that offset.lag.max asks for."},
    {"tern.offset-syncs.interval.ms", TERN_LONG, "5000", TERN_LOW, AT(tight_syncs_interval_ms),
     .doc = "A partition gets one extra offset sync in that time, at most.",
     .validator = &from_100},
    TERN_END,
};
#undef AT

#define AT(field) offsetof(struct mirror_checkpoint_settings, field)
const struct tern_config_key mirror_config_checkpoint_own_keys[] = {
    {"tern.offset.translation.tight.enabled", TERN_BOOL, "true", TERN_LOW, AT(tight_translation),
     .doc = "Whether translation uses all offset syncs, instead of 64 for each partition."},
    {"tern.offset.translation.syncs.max", TERN_LONG, "2000000", TERN_LOW,
     AT(translation_memory_syncs),
     .doc = "Offset syncs that a task keeps in memory, 16 bytes each; old ones are thinned out.",
     .validator = &from_1000},
    {"tern.failover.report.interval.seconds", TERN_LONG, "60", TERN_LOW, AT(exposure_interval_s),
     .doc = "How often the log tells how many records a failover would now have read again; 0: "
            "never."},
    {"tern.metrics.log.interval.ms", TERN_LONG, "60000", TERN_LOW, AT(metrics_log_ms),
     .doc = "How often a task logs how long its checkpoints took. 0: never.",
     .validator = &not_negative},
    TERN_END,
};
