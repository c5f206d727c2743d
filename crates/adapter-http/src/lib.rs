//! The HTTP face: routes, requests, problems, OpenAPI, connections
