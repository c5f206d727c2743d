"""Uses the client that scripts/check-python-client has generated against the running service."""

import datetime
import os

from customers_client import AuthenticatedClient
from customers_client.api.customers import (
    approve_customer,
    create_customer,
    get_customer,
    list_customers,
    update_customer,
)
from customers_client.models import (
    BillingAddressRequest,
    ConflictField,
    CreateCustomerRequest,
    CustomerCreatedResponse,
    CustomerPage,
    CustomerResponse,
    CustomerStatus,
    CustomerType,
    CustomerVerb,
    DecisionRequest,
    Problem,
    ProblemCode,
    UpdateCustomerRequest,
    ValidityResponse,
)


def check(is_met, subject):
    if not is_met:
        raise SystemExit(f"check-python-client: unexpected result: {subject}")


def new_customer():
    return CreateCustomerRequest(
        first_name="James",
        last_name="Okafor",
        email="james.okafor@example.com",
        phone="+2348012345678",
        type_=CustomerType.INDIVIDUAL,
        billing_address=BillingAddressRequest(
            line1="123 Test Lane",
            city="Lagos",
            state="Lagos",
            zip_code="100001",
            country="NG",
        ),
    )


def main():
    client = AuthenticatedClient(
        base_url=os.environ["CUSTOMERS_URL"], token=os.environ["CUSTOMERS_API_KEY"]
    )
    before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)

    valid = create_customer.sync(client=client, body=new_customer(), validate_only=True)
    check(isinstance(valid, ValidityResponse) and valid.data.valid, valid)

    created = create_customer.sync(
        client=client, body=new_customer(), idempotency_key="python-client-1"
    )
    check(isinstance(created, CustomerCreatedResponse), created)
    check(created.data.status == CustomerStatus.PENDING_KYC, created)

    read = get_customer.sync_detailed(created.data.id, client=client)
    customer = read.parsed.data
    check(isinstance(read.parsed, CustomerResponse), read)
    check(customer.email == "james.okafor@example.com", customer)
    check(customer.billing_address.line2 is None, customer)
    check(CustomerVerb.APPROVE in customer.allowed_transitions, customer)

    page = list_customers.sync(
        client=client, created_from=before, status=[CustomerStatus.PENDING_KYC]
    )
    check(isinstance(page, CustomerPage) and not page.meta.has_more, page)
    check([found.id for found in page.data] == [customer.id], page)

    edited = update_customer.sync_detailed(
        customer.id,
        client=client,
        body=UpdateCustomerRequest(first_name="Amara"),
        if_match=read.headers["ETag"],
    )
    check(edited.parsed.data.first_name == "Amara", edited)

    approved = approve_customer.sync(
        customer.id,
        client=client,
        body=DecisionRequest(reason="documents verified"),
        if_match=edited.headers["ETag"],
    )
    check(approved.data.status == CustomerStatus.ACTIVE and approved.data.may_transact, approved)

    taken = create_customer.sync_detailed(client=client, body=new_customer())
    check(taken.status_code == 409 and isinstance(taken.parsed, Problem), taken)
    check(taken.parsed.code == ProblemCode.CUSTOMER_ALREADY_EXISTS, taken)
    check(taken.parsed.conflict.field == ConflictField.EMAIL, taken)
    check(taken.parsed.conflict.customer_id == customer.id, taken)
    print("check-python-client: the generated client works")


main()
