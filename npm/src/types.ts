// Made by `make types`, not by hand.

// The documented lehnz API. Closed: a field that is not documented does not compile.

export interface paths {
    "/v1/ingest/items/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert items
         * @description Load your catalog before anything else; lehnz can only recommend items it knows about. Re-call whenever
         *     items change. To hide or remove an item, upsert it with `status: inactive` or `deleted` rather than omitting it.
         */
        post: operations["upsertItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ingest/users/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert users
         * @description Load your users so recommendations can be personalised to them. Re-call when a profile changes or a user
         *     deactivates. Set `status: inactive` or `deleted` to preserve event history for analytics.
         */
        post: operations["upsertUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/ingest/events/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ingest events
         * @description Stream every meaningful interaction so lehnz learns in real time. Accepts a single event object or an array;
         *     an array counts as one request. When an interaction came from a recommendation, include
         *     `recommendation_id` to close the attribution loop.
         */
        post: operations["ingestEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/recommend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend items
         * @description `POST /v1/recommend` serves every use case; the `strategy` field picks the algorithm. Too little signal is
         *     never an error: the answer degrades to the strategy's fallback.
         */
        post: operations["recommend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/items/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert items (first edition)
         * @deprecated
         * @description As `POST /v1/ingest/items/upsert`; `item_type` and `status` may be left out.
         */
        post: operations["firstEditionUpsertItems"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/upsert": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Upsert users (first edition)
         * @deprecated
         * @description As `POST /v1/ingest/users/upsert`.
         */
        post: operations["firstEditionUpsertUsers"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/ingest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ingest events (first edition)
         * @deprecated
         * @description As `POST /v1/ingest/events/ingest`.
         */
        post: operations["firstEditionIngestEvents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend for a user (first edition)
         * @deprecated
         * @description A personal ranked list, as strategy `personalized`.
         */
        post: operations["firstEditionRecommendForUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/item/{item_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Recommend for an item (first edition)
         * @deprecated
         * @description Customers also viewed, as strategy `similar`.
         */
        get: operations["firstEditionRecommendForItem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend for a session (first edition)
         * @deprecated
         * @description Because you viewed X, as strategy `session_based`. The session is the list of items.
         */
        post: operations["firstEditionRecommendForSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend/basket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend for a basket (first edition)
         * @deprecated
         * @description Frequently bought together on cart pages, as strategy `cross-sell`. The basket is the list of items.
         */
        post: operations["firstEditionRecommendForBasket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/recommend/price_optimized": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Recommend in the shopper's price range (first edition)
         * @deprecated
         * @description A drop-in for `/recommend`, re-ranked by price, as strategy `price-optimized`.
         */
        post: operations["firstEditionRecommendPriceOptimized"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Any non-empty text of at most 256 characters without NUL. */
        Id: string;
        /** @description As `Id`; null is the field left out. */
        OptionalId: string | null;
        /**
         * @description active = recommendable (items) or visible to recommendations (users); inactive = hidden; deleted = soft-deleted.
         * @enum {string}
         */
        Status: "active" | "inactive" | "deleted";
        /** @description Free-form metadata. Left out of a later upsert, the earlier attributes stay. */
        Attributes: {
            [key: string]: unknown;
        } | null;
        /** @description ISO 8601, an RFC 3339 date-time with a zone, or a plain date. */
        Timestamp: string | unknown | unknown;
        /** @description As `Timestamp`; null is the field left out. */
        OptionalTimestamp: components["schemas"]["Timestamp"] | null;
        /** @description An item of the catalogue. Fields that are not listed are accepted and kept. */
        Item: {
            /**
             * @description Stable item identifier.
             * @example PROD-001
             */
            item_id: components["schemas"]["Id"];
            /**
             * @description Domain-specific category, e.g. product or article.
             * @example product
             * @example video
             * @example article
             */
            item_type: string;
            /**
             * @description active = recommendable; inactive = hidden; deleted = soft-deleted.
             * @example active
             */
            status: components["schemas"]["Status"];
            /**
             * @description Free-form metadata (title, price, brand, category) used for filtering and ranking.
             * @example {
             *       "name": "Wireless Headphones",
             *       "price": 149.99,
             *       "category": "Electronics",
             *       "brand": "Acoustix"
             *     }
             */
            attributes?: components["schemas"]["Attributes"];
            /**
             * @description Item creation timestamp (ISO 8601).
             * @example 2026-01-15T09:30:00Z
             */
            created_at?: components["schemas"]["OptionalTimestamp"];
        };
        /** @description An item as the first edition takes it. */
        FirstEditionItem: {
            /**
             * @description Stable item identifier.
             * @example PROD-001
             */
            item_id: components["schemas"]["Id"];
            /**
             * @description Domain-specific category.
             * @default product
             * @example product
             */
            item_type?: string | null;
            /**
             * @description active = recommendable; inactive = hidden; deleted = soft-deleted.
             * @default active
             * @example active
             * @enum {string|null}
             */
            status?: "active" | "inactive" | "deleted" | null;
            /**
             * @description Free-form JSON object.
             * @example {
             *       "name": "Wireless Headphones",
             *       "price": 149.99
             *     }
             */
            attributes?: components["schemas"]["Attributes"];
            /**
             * @description Item creation timestamp (ISO 8601).
             * @example 2026-01-15T09:30:00Z
             */
            created_at?: components["schemas"]["OptionalTimestamp"];
        };
        /** @description A user of the application. Fields that are not listed are accepted and kept. */
        User: {
            /**
             * @description Stable user identifier (your application's user ID).
             * @example user_42
             */
            user_id: components["schemas"]["Id"];
            /**
             * @description active = visible to recommendations; inactive = hidden, history kept; deleted = soft-deleted.
             * @example active
             */
            status: components["schemas"]["Status"];
            /**
             * @description User signup timestamp (ISO 8601).
             * @example 2026-02-01T08:00:00Z
             */
            created_at: components["schemas"]["Timestamp"];
            /**
             * @description Free-form metadata (segment, plan, locale).
             * @example {
             *       "segment": "runner",
             *       "plan": "free",
             *       "locale": "en-GB"
             *     }
             */
            attributes?: components["schemas"]["Attributes"];
        };
        /**
         * @description One interaction. Fields that are not listed are accepted and kept; `session_id` (or `context.session_id`)
         *     groups events into sessions and `event_timestamp` says when it happened (else: on arrival).
         */
        Event: {
            /**
             * @description Stable identifier. Anonymous shoppers use a client-generated UUID; signed-in shoppers use the application's real user ID.
             * @example user_42
             */
            user_id: components["schemas"]["Id"];
            /**
             * @description The kind of interaction. `system` is for identify events.
             * @example engagement
             * @enum {string}
             */
            event_family: "exposure" | "engagement" | "conversion" | "system";
            /**
             * @description Lowercase event name. Eight are standard (see `x-standard-events`); custom names are scored with the weight of their family.
             * @example view
             * @example search
             * @example click
             * @example add_to_cart
             * @example remove_from_cart
             * @example checkout_start
             * @example purchase
             * @example identify
             */
            event_name: string;
            /**
             * @description Required only for identify events; the prior anonymous ID being aliased.
             * @example 7d9f3c1e-2b64-4c0a-9a53-6f1f8e0c2d11
             */
            previous_user_id?: components["schemas"]["OptionalId"];
            /**
             * @description Null when the event is not tied to a specific item.
             * @example PROD-001
             */
            item_id?: components["schemas"]["OptionalId"];
            /**
             * @description Include when the event was triggered by a served recommendation.
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            recommendation_id?: components["schemas"]["OptionalId"];
            /**
             * @description Client-supplied UUID; server assigns one if omitted.
             * @example 0f8fad5b-d9cb-469f-a165-70867728950e
             */
            event_id?: components["schemas"]["OptionalId"];
            /**
             * @description Free-form context object (device, locale, session).
             * @example {
             *       "device": "mobile",
             *       "locale": "en-GB",
             *       "session_id": "s-1"
             *     }
             */
            context?: {
                [key: string]: unknown;
            } | null;
        };
        /** @description What to recommend, to whom, beside what. Fields that are not listed are accepted and ignored. */
        RecommendRequest: {
            /**
             * @description One of 14 strategies. Nine are documented by name; five are ours.
             * @default personalized
             * @example personalized
             * @enum {string|null}
             */
            strategy?: "personalized" | "similar" | "frequently-bought-together" | "frequently-consumed-together" | "session_based" | "session-based" | "session-resumption" | "abandonment-recovery" | "trending" | "popular" | "price-optimized" | "cross-sell" | "recently-viewed" | "buy-again" | "new-arrivals" | null;
            /**
             * @description Required for user-based strategies.
             * @example user_42
             */
            user_id?: components["schemas"]["OptionalId"];
            /**
             * @description Required for similar, frequently-bought-together, frequently-consumed-together.
             * @example PROD-001
             */
            context_item_id?: components["schemas"]["OptionalId"];
            /**
             * @description Attribute filters, e.g. `{ "category": "shoes" }`. All must hold; a list means any of its values; null
             *     means null or absent. `item_type` and `status` name the record's own fields.
             * @example {
             *       "category": "shoes"
             *     }
             */
            filters?: {
                [key: string]: string | number | boolean | null | (string | number | boolean | null)[];
            } | null;
            /**
             * @description Items to return.
             * @default 20
             * @example 20
             */
            limit?: number | null;
            /**
             * @description 1-indexed page number for pagination.
             * @default 1
             * @example 1
             */
            page?: number | null;
        };
        /** @description A user's list. Fields that are not listed are accepted and ignored. */
        FirstEditionUserRequest: {
            /**
             * @description Whose list.
             * @example user_42
             */
            user_id: components["schemas"]["Id"];
            /**
             * @description Items to return.
             * @default 12
             * @example 12
             */
            limit?: number | null;
            /**
             * @description 1-indexed page number.
             * @default 1
             * @example 1
             */
            page?: number | null;
            /**
             * @description A hint where the list stands; `home`, `pdp`, `cart` or any custom text.
             * @example home
             */
            placement?: string | null;
        };
        /** @description A list for some items. Fields that are not listed are accepted and ignored. */
        FirstEditionItemListRequest: {
            /**
             * @description The items of the session, oldest first, or of the basket.
             * @example [
             *       "PROD-001",
             *       "PROD-003"
             *     ]
             */
            item_ids: components["schemas"]["Id"][];
            /**
             * @description Whose session or basket.
             * @example user_42
             */
            user_id?: components["schemas"]["OptionalId"];
            /**
             * @description Items to return.
             * @default 12
             * @example 12
             */
            limit?: number | null;
            /**
             * @description 1-indexed page number.
             * @default 1
             * @example 1
             */
            page?: number | null;
        };
        /** @description The envelope of every ingestion endpoint. */
        Accepted: {
            /** @constant */
            success: true;
            /**
             * @description What was accepted.
             * @example items accepted
             * @example users accepted
             * @example events accepted
             */
            message: string;
            data: {
                /**
                 * @description The number of records received, queued but not yet persisted.
                 * @example 1
                 */
                accepted: number;
            };
            error: null;
        };
        /** @description The envelope of a recommendation. */
        RecommendationResponse: {
            /** @constant */
            success: true;
            /** @example Success */
            message: string;
            data: components["schemas"]["Recommendation"];
            error: null;
        };
        /** @description One page of a ranked list. */
        Recommendation: {
            /**
             * Format: uuid
             * @description Echo it on click and purchase events to close the attribution loop.
             * @example 550e8400-e29b-41d4-a716-446655440000
             */
            recommendation_id: string;
            /**
             * @description The organisation of the key.
             * @example glow-beauty-ng
             */
            tenant_id: string;
            /**
             * @description The organisation's domain.
             * @example commerce
             */
            domain: string;
            /**
             * @description The strategy that was asked for, by its canonical name.
             * @example personalized
             */
            strategy: string;
            /**
             * @description What the first result rests on.
             * @example behavioral
             * @enum {string}
             */
            mode: "behavioral" | "content" | "fallback";
            /** @description The items of this page, best first. */
            results: components["schemas"]["Result"][];
            /**
             * @description The ids of `results`, in the same order.
             * @example [
             *       "prod_7",
             *       "prod_3",
             *       "prod_22"
             *     ]
             */
            recommended_items: string[];
            pagination: components["schemas"]["Pagination"];
            /**
             * @description Milliseconds spent.
             * @example 42.5
             */
            latency_ms: number;
        };
        /** @description One recommended item. */
        Result: {
            /** @example prod_7 */
            item_id: string;
            /**
             * @description In (0, 1], never rising along the list.
             * @example 0.985
             */
            score: number;
            /**
             * @description A machine word for what the result rests on.
             * @example behavioral_match
             */
            reason: string;
            /**
             * @description The item's attributes.
             * @example {
             *       "brand": "Sony"
             *     }
             */
            metadata: {
                [key: string]: unknown;
            };
        };
        /** @description Where this page stands in the ranked list. */
        Pagination: {
            /** @example 1 */
            page: number;
            /** @example 20 */
            limit: number;
            /**
             * @description The length of the whole list; of a ranked one at most `x-limits.ranking_depth`.
             * @example 48
             */
            total_count: number;
            /**
             * @description True while page x limit is below total_count.
             * @example true
             */
            has_next: boolean;
        };
        /** @description The envelope of every error. Test `success`; `message` is for people, `error` for logs. */
        Error: {
            /** @constant */
            success: false;
            /**
             * @description A sentence for people.
             * @example Human-readable error
             */
            message: string;
            data: null;
            /**
             * @description A detail, or every failing field with the rule that it broke.
             * @example Detail
             */
            error: string | components["schemas"]["FieldError"][];
        };
        /** @description One failing field. */
        FieldError: {
            /**
             * @description JSON path of the field, e.g. `$[3].event_name`.
             * @example $.status
             */
            field: string;
            /**
             * @description The rule that it broke.
             * @example must be one of "active", "inactive", "deleted"
             */
            message: string;
        };
    };
    responses: {
        /** @description Accepted: queued, not yet persisted. */
        ItemsAccepted: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Accepted"];
            };
        };
        /** @description Accepted: queued, not yet persisted. */
        UsersAccepted: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Accepted"];
            };
        };
        /** @description Accepted: queued, not yet persisted. Events are typically available within seconds. */
        EventsAccepted: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Accepted"];
            };
        };
        /** @description OK: one page of the ranked list. */
        Recommendations: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["RecommendationResponse"];
            };
        };
        /** @description Bad Request: validation error; check the message field. */
        BadRequest: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Unauthorized: missing or invalid X-API-KEY. */
        Unauthorized: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Forbidden: wrong key type for this endpoint. */
        Forbidden: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Content Too Large: split the request. */
        ContentTooLarge: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Unsupported Media Type: send application/json. */
        UnsupportedMediaType: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Unprocessable Content: the strategy's required input is missing. */
        MissingStrategyInput: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Rate Limited: back off and retry (see RateLimit-Reset header). */
        TooManyRequests: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
        /** @description Internal Server Error */
        InternalServerError: {
            headers: {
                "RateLimit-Limit": components["headers"]["RateLimit-Limit"];
                "RateLimit-Remaining": components["headers"]["RateLimit-Remaining"];
                "RateLimit-Reset": components["headers"]["RateLimit-Reset"];
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Error"];
            };
        };
    };
    parameters: {
        /**
         * @description Required by the first edition's documentation; accepted and never required here.
         * @example commerce
         */
        Domain: string;
    };
    requestBodies: {
        /** @description One item, or an array of them (all or nothing). */
        Items: {
            content: {
                "application/json": components["schemas"]["Item"] | components["schemas"]["Item"][];
            };
        };
        /** @description One user, or an array of them (all or nothing). */
        Users: {
            content: {
                "application/json": components["schemas"]["User"] | components["schemas"]["User"][];
            };
        };
        /** @description A single event object or an array. One bad event refuses the whole request. */
        Events: {
            content: {
                "application/json": components["schemas"]["Event"] | components["schemas"]["Event"][];
            };
        };
        /** @description Some items, and for whom. */
        FirstEditionItemList: {
            content: {
                "application/json": components["schemas"]["FirstEditionItemListRequest"];
            };
        };
    };
    headers: {
        /**
         * @description Requests allowed in a window.
         * @example 1000
         */
        "RateLimit-Limit": number;
        /**
         * @description Requests left in this window.
         * @example 312
         */
        "RateLimit-Remaining": number;
        /**
         * @description Whole seconds until the window ends, rounded up.
         * @example 482
         */
        "RateLimit-Reset": number;
        /**
         * @description The same number of seconds as `RateLimit-Reset`, at least 1.
         * @example 482
         */
        "Retry-After": number;
    };
    pathItems: never;
}
export type Id = components['schemas']['Id'];
export type OptionalId = components['schemas']['OptionalId'];
export type Status = components['schemas']['Status'];
export type Attributes = components['schemas']['Attributes'];
export type Timestamp = components['schemas']['Timestamp'];
export type OptionalTimestamp = components['schemas']['OptionalTimestamp'];
export type Item = components['schemas']['Item'];
export type FirstEditionItem = components['schemas']['FirstEditionItem'];
export type User = components['schemas']['User'];
export type Event = components['schemas']['Event'];
export type RecommendRequest = components['schemas']['RecommendRequest'];
export type FirstEditionUserRequest = components['schemas']['FirstEditionUserRequest'];
export type FirstEditionItemListRequest = components['schemas']['FirstEditionItemListRequest'];
export type Accepted = components['schemas']['Accepted'];
export type RecommendationResponse = components['schemas']['RecommendationResponse'];
export type Recommendation = components['schemas']['Recommendation'];
export type Result = components['schemas']['Result'];
export type Pagination = components['schemas']['Pagination'];
export type Error = components['schemas']['Error'];
export type FieldError = components['schemas']['FieldError'];
export type $defs = Record<string, never>;
export interface operations {
    upsertItems: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Items"];
        responses: {
            202: components["responses"]["ItemsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    upsertUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Users"];
        responses: {
            202: components["responses"]["UsersAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    ingestEvents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Events"];
        responses: {
            202: components["responses"]["EventsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    recommend: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecommendRequest"];
            };
        };
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            422: components["responses"]["MissingStrategyInput"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionUpsertItems: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FirstEditionItem"] | components["schemas"]["FirstEditionItem"][];
            };
        };
        responses: {
            202: components["responses"]["ItemsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionUpsertUsers: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Users"];
        responses: {
            202: components["responses"]["UsersAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionIngestEvents: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["Events"];
        responses: {
            202: components["responses"]["EventsAccepted"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FirstEditionUserRequest"];
            };
        };
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForItem: {
        parameters: {
            query?: {
                /**
                 * @description Items to return.
                 * @example 4
                 */
                limit?: number;
                /**
                 * @description 1-indexed page number.
                 * @example 1
                 */
                page?: number;
            };
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path: {
                /**
                 * @description The item whose neighbours are wanted.
                 * @example PROD-001
                 */
                item_id: components["schemas"]["Id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["FirstEditionItemList"];
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendForBasket: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: components["requestBodies"]["FirstEditionItemList"];
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
    firstEditionRecommendPriceOptimized: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description Required by the first edition's documentation; accepted and never required here.
                 * @example commerce
                 */
                "X-Domain"?: components["parameters"]["Domain"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FirstEditionUserRequest"];
            };
        };
        responses: {
            200: components["responses"]["Recommendations"];
            400: components["responses"]["BadRequest"];
            401: components["responses"]["Unauthorized"];
            403: components["responses"]["Forbidden"];
            413: components["responses"]["ContentTooLarge"];
            415: components["responses"]["UnsupportedMediaType"];
            429: components["responses"]["TooManyRequests"];
            500: components["responses"]["InternalServerError"];
        };
    };
}

/** The events of the documentation, and the family that each belongs to. */

export const standardEvents = {
    "view": "engagement",
    "search": "engagement",
    "click": "engagement",
    "add_to_cart": "engagement",
    "remove_from_cart": "engagement",
    "checkout_start": "conversion",
    "purchase": "conversion",
    "identify": "system"
} as const;
