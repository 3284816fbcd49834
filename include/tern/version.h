/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* version - of Tern, and of the Kafka release whose behaviour it has. */

#define TERN_VERSION       "0.1.0"
/* What built-in plugins report as their version, as their Java peers do. */
#define TERN_KAFKA_VERSION "4.3.1"
