/** What the doubles answer to questions that the clouds would be asked at a preview. */
const answers: Readonly<Record<string, (args: Readonly<Record<string, unknown>>) => Record<string, unknown>>> = {
	"gcp:storage/getProjectServiceAccount:getProjectServiceAccount": ({ project = "the-project" }) => ({
		id: `service-1@gs-project-accounts.iam.gserviceaccount.com`,
		emailAddress: `service-1@gs-project-accounts.iam.gserviceaccount.com`,
		member: `serviceAccount:service-1@gs-project-accounts.iam.gserviceaccount.com`,
		project,
	}),
	"aws:index/getCallerIdentity:getCallerIdentity": () => ({
		...{
			id: "111122223333",
			accountId: "111122223333",
			userId: "AIDA",
			arn: "arn:aws:iam::111122223333:user/somebody",
		},
	}),
	"aws:s3/getBucket:getBucket": ({ bucket, region }) => ({
		...{ id: bucket, bucket, region, bucketRegion: region, arn: `arn:aws:s3:::${bucket}` },
		...{ bucketDomainName: "", bucketRegionalDomainName: "", hostedZoneId: "", websiteDomain: "", websiteEndpoint: "" },
	}),
	"aws:kms/getKey:getKey": ({ keyId, region }) => ({
		...{ id: "mrk-1", keyId, region, arn: `arn:aws:kms:${region}:111122223333:key/mrk-1` },
	}),
	"gcp:storage/getBucket:getBucket": ({ name }) => ({ id: name, name, location: "", url: `gs://${name}` }),
	"aws:eks/getAddonVersion:getAddonVersion": ({ addonName, kubernetesVersion }) => ({
		...{ id: addonName, addonName, kubernetesVersion, region: "eu-central-1" },
		version: `v1.0.0-eksbuild.1-for-${kubernetesVersion}`,
	}),
	"gcp:organizations/getProject:getProject": ({ projectId = "the-project" }) => ({
		...{ id: `projects/${projectId}`, projectId, name: projectId, number: "1", orgId: "", folderId: "" },
		...{
			billingAccount: "",
			autoCreateNetwork: false,
			deletionPolicy: "",
			labels: {},
			effectiveLabels: {},
			pulumiLabels: {},
			tags: {},
		},
	}),
	"gcp:storage/getTransferProjectServiceAccount:getTransferProjectServiceAccount": ({ project = "the-project" }) => ({
		id: `project-1@storage-transfer-service.iam.gserviceaccount.com`,
		email: `project-1@storage-transfer-service.iam.gserviceaccount.com`,
		member: `serviceAccount:project-1@storage-transfer-service.iam.gserviceaccount.com`,
		subjectId: "1",
		project,
	}),
};

/** Null where nobody has written an answer: an invented one would prove nothing. */
export function functionAnswer(token: string, args: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
	return answers[token]?.(args) ?? null;
}
