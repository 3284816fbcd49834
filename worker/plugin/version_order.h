/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * version_order - which of two plugin versions is the later one, as Maven orders them.
 *
 * A version is cut at dots, hyphens and where digits meet letters; numbers count as numbers;
 * alpha < beta < milestone < rc < snapshot < (nothing) < sp < any other word < numbers; what
 * means nothing at the end ("1.0" beside "1") does not count. Letters of any case. Pure. Peer:
 * org.apache.maven.artifact.versioning.ComparableVersion. Spec: connect-runtime.md 8.6.
 */

/* Negative, 0 or positive, like strcmp(). NULL is before everything, "undefined" before the rest.
 */
int version_compare(const char *a, const char *b);
