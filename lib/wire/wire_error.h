/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * wire_error - the error codes that brokers answer with, as Kafka 4.3 has them.
 *
 * The table has all of them; the enum names those that code of ours tells apart.
 * Peer: org.apache.kafka.common.protocol.Errors.
 */
#include <stdbool.h>
#include <stdint.h>

enum wire_error {
    WIRE_UNKNOWN_SERVER_ERROR = -1,
    WIRE_NONE = 0,
    WIRE_LEADER_NOT_AVAILABLE = 5,
    WIRE_COORDINATOR_LOAD_IN_PROGRESS = 14,
    WIRE_COORDINATOR_NOT_AVAILABLE = 15,
    WIRE_NOT_COORDINATOR = 16,
    WIRE_ILLEGAL_GENERATION = 22,
    WIRE_INCONSISTENT_GROUP_PROTOCOL = 23,
    WIRE_INVALID_GROUP_ID = 24,
    WIRE_UNKNOWN_MEMBER_ID = 25,
    WIRE_INVALID_SESSION_TIMEOUT = 26,
    WIRE_REBALANCE_IN_PROGRESS = 27,
    WIRE_GROUP_AUTHORIZATION_FAILED = 30,
    WIRE_UNSUPPORTED_SASL_MECHANISM = 33,
    WIRE_UNSUPPORTED_VERSION = 35,
    WIRE_SASL_AUTHENTICATION_FAILED = 58,
    WIRE_MEMBER_ID_REQUIRED = 79,
    WIRE_GROUP_MAX_SIZE_REACHED = 81,
    WIRE_FENCED_INSTANCE_ID = 82,
};

/* "NOT_COORDINATOR"; "UNKNOWN" for a code that the table does not have. Never NULL. */
const char *wire_error_name(int16_t code);
bool wire_error_is_known(int16_t code);
/* Whether the same request may succeed later. False for a code that is not known. */
bool wire_error_is_retriable(int16_t code);
