"""The example of the public documentation with real values: creates an opportunity in an account and prints its id.

Usage: create_opportunity.py ACCOUNT_ID, with OPENFIELD_URL and OPENFIELD_KEY in the environment.
"""

import os
import sys

from lightfield import Lightfield

client = Lightfield(
    api_key=os.environ["OPENFIELD_KEY"],
    base_url=os.environ["OPENFIELD_URL"],
)
opportunity_create_response = client.opportunity.create(
    fields={
        "$name": "Northwind renewal",
        "$stage": "Proposal",
        "$amount": 48000,
    },
    relationships={
        "$account": sys.argv[1],
    },
)
print(opportunity_create_response.id)
