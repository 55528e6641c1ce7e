// Made by `make types`, not by hand.

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** Differs */
        Differs: {
            /** Field */
            field: string;
            /** Expected */
            expected: unknown;
            /** Actual */
            actual: unknown;
        };
        /** NearMiss */
        NearMiss: {
            /** Id */
            id: number;
            /** Differences */
            differences: components["schemas"]["Differs"][];
        };
        /**
         * NewFault
         * @description A fault in a request.
         */
        NewFault: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "latency" | "status" | "drop" | "reset" | "truncate" | "malformed" | "dribble" | "slow_ingestion" | "no_results" | "no_history";
            /**
             * Name
             * @default null
             */
            name?: string | null;
            /**
             * Seconds
             * @default null
             */
            seconds?: number | null;
            /**
             * Shortest
             * @default null
             */
            shortest?: number | null;
            /**
             * Longest
             * @default null
             */
            longest?: number | null;
            /**
             * Median
             * @default null
             */
            median?: number | null;
            /**
             * P95
             * @default null
             */
            p95?: number | null;
            /**
             * Status
             * @default null
             */
            status?: number | null;
            /**
             * Retry After
             * @default null
             */
            retry_after?: number | null;
            /**
             * After Bytes
             * @default null
             */
            after_bytes?: number | null;
            /**
             * Bytes Per Second
             * @default null
             */
            bytes_per_second?: number | null;
            /**
             * Operation Id
             * @default null
             */
            operation_id?: string | null;
            /**
             * Tenant Id
             * @default null
             */
            tenant_id?: string | null;
            /**
             * Key Type
             * @default null
             */
            key_type?: ("publishable" | "secret") | null;
            /**
             * Share
             * @default 1
             */
            share?: number;
            /**
             * Skip
             * @default 0
             */
            skip?: number;
            /**
             * Times
             * @default null
             */
            times?: number | null;
            /**
             * From Seconds
             * @default 0
             */
            from_seconds?: number;
            /**
             * For Seconds
             * @default null
             */
            for_seconds?: number | null;
        };
        /**
         * Verified
         * @description `nearest`: the exchanges that come closest, with their differences. `dropped`: number of exchanges that could not
         *     be checked; if there are any, `times` and `at_most` are not verified.
         */
        Verified: {
            /** Verified */
            verified: boolean;
            /** Count */
            count: number;
            /** Matches */
            matches: number[];
            /** Nearest */
            nearest: components["schemas"]["NearMiss"][];
            /** Dropped */
            dropped: number;
        };
        /**
         * Wanted
         * @description The expected number of such requests: `times`, or from `at_least` to `at_most`; by default one or more.
         */
        Wanted: {
            /**
             * Tenant Id
             * @default null
             */
            tenant_id?: string | null;
            /**
             * Operation Id
             * @default null
             */
            operation_id?: string | null;
            /**
             * Method
             * @default null
             */
            method?: string | null;
            /**
             * Path
             * @default null
             */
            path?: string | null;
            /**
             * Status
             * @default null
             */
            status?: number | null;
            /** Query */
            query?: {
                [key: string]: string;
            };
            /** Headers */
            headers?: {
                [key: string]: string;
            };
            /**
             * Body
             * @default null
             */
            body?: unknown;
            /**
             * Times
             * @default null
             */
            times?: number | null;
            /**
             * At Least
             * @default null
             */
            at_least?: number | null;
            /**
             * At Most
             * @default null
             */
            at_most?: number | null;
            /**
             * After
             * @default 0
             */
            after?: number;
            /**
             * Wait Seconds
             * @default 0
             */
            wait_seconds?: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Differs = components['schemas']['Differs'];
export type NearMiss = components['schemas']['NearMiss'];
export type NewFault = components['schemas']['NewFault'];
export type Verified = components['schemas']['Verified'];
export type Wanted = components['schemas']['Wanted'];
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
