//! The verbs of the status rules in the document: one operation each, made from the table.

use customers_domain::{CustomerStatus, Verb};
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::path::{HttpMethod, Operation};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{OpenApi, Ref, Required};
use utoipa::{PartialSchema as _, Path as _};

use crate::customers::decide::{self, DecisionRequest, ReasonedDecisionRequest};

/// Adds an operation for every verb.
pub(crate) fn describe(document: &mut OpenApi) {
    if let Some(components) = &mut document.components {
        let schemas = [
            (FREE, DecisionRequest::schema()),
            (REASONED, ReasonedDecisionRequest::schema()),
        ];
        components
            .schemas
            .extend(schemas.map(|(name, schema)| (name.to_owned(), schema)));
    }
    for &verb in Verb::ALL {
        let methods = vec![HttpMethod::Post];
        document
            .paths
            .add_path_operation(decide::route(verb), methods, operation(verb));
    }
}

const FREE: &str = "DecisionRequest";
const REASONED: &str = "ReasonedDecisionRequest";

fn operation(verb: Verb) -> Operation {
    let rule = verb.rule();
    let from: Vec<&str> = rule
        .from
        .iter()
        .copied()
        .map(CustomerStatus::as_str)
        .collect();
    let request = if rule.reason_required { REASONED } else { FREE };
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name(request)))
        .build();
    let body = RequestBodyBuilder::new()
        .content("application/json", content)
        .required(Some(Required::True))
        .build();
    let mut operation = decide::__path_decide::operation();
    operation.operation_id = Some(format!("{}Customer", camel_case(verb.as_str())));
    operation.summary = Some(summary(verb).to_owned());
    operation.description = Some(format!(
        "Changes the status from `{}` to `{}`. {}",
        from.join("`, `"),
        rule.to.as_str(),
        operation.description.unwrap_or_default(),
    ));
    operation.tags = Some(vec!["customers".into()]);
    operation.security = Some(vec![SecurityRequirement::new(
        "api_key",
        [rule.scope.as_str()],
    )]);
    operation.request_body = Some(body.into());
    operation
}

const fn summary(verb: Verb) -> &'static str {
    match verb {
        Verb::Submit => "Submit the customer for review",
        Verb::Approve => "Approve the customer",
        Verb::RequestAction => "Request action from the customer",
        Verb::Reject => "Reject the customer",
        Verb::Reopen => "Reopen the verification of a rejected customer",
        Verb::Suspend => "Suspend the customer",
        Verb::Reinstate => "Reinstate the suspended customer",
        Verb::ReReview => "Review the suspended customer again",
        Verb::Close => "Close the customer",
    }
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_ascii_uppercase() + rest
    })
}
