// What a region's name looks like in every partition: eu-west-1, us-gov-west-1, cn-north-1, us-isob-east-1, eusc-de-east-1.

export const REGION = /^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$/;
